/** Packages whose options go under another name than their models' provider says. */
const namespaces: Readonly<Record<string, string>> = { "amazon-bedrock": "bedrock" }

/** The key of a model's own `providerOptions`: providers are named `vendor.api`, and options go under the vendor. */
export const namespaceOf = (provider: string): string => {
  const [vendor = provider] = provider.split(".")
  const name = vendor.trim()
  return namespaces[name] ?? name
}
