/**
 * The parameters of a tool that takes no arguments. It stands alone since an application that loads a prompt gets no
 * schemas.
 */
export const noArguments = { type: 'object', properties: {}, additionalProperties: false }
