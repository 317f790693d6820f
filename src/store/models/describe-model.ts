import type { Prisma } from '../generated/client.js';
import { type Claim, lockClaim } from '../ingests/claim.js';

/** The file that was fetched for a model. */
export interface FetchedFile {
  fileDigest: string;
  fileBytes: number;
  /** What its registry calls this content of the version. */
  revision?: string | null;
}

/**
 * Notes the file that was fetched for a model, within a transaction. Labels that were read with another file go, so that a
 * further attempt does not take them for this one's; those that somebody set stay, and so do those of the logits until the
 * model is published.
 *
 * @throws ClaimLost
 */
export async function describeModel(
  tx: Prisma.TransactionClient,
  claim: Claim,
  file: FetchedFile,
): Promise<void> {
  const { modelId } = await lockClaim(tx, claim);
  const isOther = [{ fileDigest: null }, { fileDigest: { not: file.fileDigest } }];
  await tx.model.updateMany({
    where: { id: modelId, labelsSetAt: null, OR: isOther },
    data: { labels: [], hasLabels: false },
  });
  await tx.model.update({
    where: { id: modelId },
    data: { ...file, fileBytes: BigInt(file.fileBytes) },
  });
}
