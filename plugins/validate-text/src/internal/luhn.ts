/** The check digit of card numbers (ISO/IEC 7812-1). `digits` holds digits only. */
export const passesLuhn = (digits: string): boolean => {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    const doubled = i % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return digits.length > 0 && sum % 10 === 0
}

/** Prefixes and lengths of the card schemes: Visa, Mastercard, American Express, Discover, Diners, JCB, UnionPay, Maestro. */
const schemes =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d+|3[47]\d{13}|(?:6011|65\d\d|64[4-9]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{8,15})$/

/** Is it a card number? Sixteen zeros pass Luhn's check and are none. */
export const isCardNumber = (digits: string): boolean => {
  const mastercard = /^(?:5[1-5]|2[2-7])/.test(digits) && digits.length !== 16
  return schemes.test(digits) && !(mastercard && !/^5(?:018|020|038|893)/.test(digits)) && passesLuhn(digits)
}
