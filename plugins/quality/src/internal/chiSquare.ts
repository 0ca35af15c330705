/** ln Gamma(x) for x > 0, by Lanczos (g = 7, 9 terms), to 15 digits. */
const lnGamma = (x: number): number => {
  const c = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ]
  const z = x - 1
  const sum = c.slice(1).reduce((total, term, index) => total + term / (z + index + 1), c[0] ?? 0)
  const t = z + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum)
}

/** The regularised lower incomplete gamma function by its series; exact enough where it is used, x up to some hundreds. */
const lowerGamma = (a: number, x: number): number => {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < 2000 && term > sum * 1e-15; n++) {
    term *= x / (a + n)
    sum += term
  }
  return Math.min(1, sum * Math.exp(a * Math.log(x) - x - lnGamma(a)))
}

/** The chance that counts in these shares are at least as far from what was expected (Pearson's chi-square test). */
export const chiSquareP = (counts: ReadonlyArray<number>, shares: ReadonlyArray<number>): number => {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0 || counts.length < 2) return 1
  const statistic = counts.reduce((sum, count, index) => {
    const expected = total * (shares[index] ?? 0)
    return sum + (count - expected) ** 2 / expected
  }, 0)
  return statistic <= 0 ? 1 : 1 - lowerGamma((counts.length - 1) / 2, statistic / 2)
}
