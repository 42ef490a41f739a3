/** Ways to come by a spiking network that one study may search together; each is a kind of trial of its own. */
export const methods = ["convert", "skips", "ttfs"] as const;

export type Method = (typeof methods)[number];
