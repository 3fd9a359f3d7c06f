/** Paths of Chroma's HTTP interface, version 2, in its default tenant and database. */
export const chromaCollectionsPath: string =
  '/api/v2/tenants/default_tenant/databases/default_database/collections';

export function chromaCollectionPath(collectionId: string): string {
  return `${chromaCollectionsPath}/${collectionId}`;
}
