/** A folder of this machine, or one that several share. */
interface FolderPlace {
  readonly kind: 'folder';
  /** Its absolute path. */
  readonly folder: string;
}

/** A bucket of S3, or of a service that speaks its protocol. */
export interface S3Place {
  readonly kind: 's3';
  readonly bucket: string;
  /** What every key begins with: empty, or with a slash at its end. */
  readonly prefix: string;
  /** The service's address; `undefined` is Amazon's. */
  readonly endpoint: string | undefined;
  /** `undefined` leaves it to the AWS settings of the environment. */
  readonly region: string | undefined;
  /** `undefined` leaves them to the AWS settings of the environment, or the role of the machine. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

/** Where files are kept. */
export type FilesPlace = FolderPlace | S3Place;
