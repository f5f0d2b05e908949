/** The most bytes of a document. @see https://docs.aws.amazon.com/general/latest/gr/ssm.html */
export const DOCUMENT_LIMIT = 65_536;
