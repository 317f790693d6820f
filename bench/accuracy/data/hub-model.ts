/** A classifier of the hub, with the rows of the response matrix that are its logits. */
export interface HubModel {
  id: string;
  backbone: string;
  firstRow: number;
  /** True class and name of each logit; for judging answers only, search never sees them. */
  logits: { wnid: string; label: string; accuracy?: number }[];
}
