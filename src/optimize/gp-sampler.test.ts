import { samplerContract } from "../../test/contracts/sampler.ts";
import { gpSampler } from "./gp-sampler.ts";

samplerContract(gpSampler, { url: new URL("gp-sampler.ts", import.meta.url), name: "gpSampler" }, 48);
