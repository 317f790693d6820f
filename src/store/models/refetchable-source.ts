/** A regular expression, in any case, for the sources of models whose files can be fetched again when they are needed. */
export const REFETCHABLE_SOURCE = '^(https?|s3|mlflow|hf):';
