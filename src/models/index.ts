/** The worked models. */
export {}
