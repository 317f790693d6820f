/** Bounds on the images of a probe set. */
export interface ProbeImageLimits {
  /** Width × height of one image. */
  maxPixels: number;
  /** Bytes of one image file; default 64 MiB. */
  maxImageBytes?: number;
  /** Files in the source; default 1,000,000. */
  maxFiles?: number;
  /** Unpacked bytes of an archive; default 64 GiB. */
  maxTotalBytes?: number;
}
