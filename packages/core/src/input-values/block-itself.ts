/** The node id that stands for the block itself (connect-api 3). */
export const blockItself = "_";
