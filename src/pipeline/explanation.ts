// What the spikes of a converted network get wrong, and what to do about it. Pure data (JSON): it crosses
// threads and stands in stores and reports.

import type { ConversionAdvice } from "../convert/conversion-advice.ts";
import type { Diagnosis } from "../convert/diagnose.ts";

/** A diagnosis and what to do about it. */
export type Explanation = Diagnosis & { readonly advice: ConversionAdvice };
