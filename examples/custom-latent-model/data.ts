/**
 * International phone calls from Belgium, 1950 to 1973, in tens of millions, from the Belgian Statistical Survey (in P. J. Rousseeuw
 * and A. M. Leroy, Robust Regression and Outlier Detection, 1987, page 26). From 1964 to 1969 minutes were written down
 * in place of calls, and in 1963 and 1970 for some of the months.
 */
export const years = Array.from({ length: 24 }, (_, i) => 1950 + i)

/** Calls in tens of millions, one number a year. */
export const calls = [
  0.44, 0.47, 0.47, 0.59, 0.66, 0.73, 0.81, 0.88, 1.06, 1.2, 1.35, 1.49, 1.61, 2.12, 11.9, 12.4, 14.2, 15.9,
  18.2, 21.2, 4.3, 2.4, 2.7, 2.9,
]
