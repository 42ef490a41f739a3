export * from "./batch-norm";
export * from "./convolution";
export * from "./elementwise";
export * from "./matmul";
export * from "./optimiser";
export * from "./pooling";
export * from "./spiking";
export * from "./spiking-convolution";
