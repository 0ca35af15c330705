import type { Document } from "@switchyard/rag"

/** How a text is read. `grammar` is tree-sitter's name of a language, where there is one. */
export type Reading =
  | { readonly as: "markdown" | "html" | "json" | "jsonl" | "csv" | "pages" }
  | { readonly as: "code"; readonly grammar: string | undefined }

const code = (grammar?: string): Reading => ({ as: "code", grammar })

const readings: Readonly<Record<string, Reading>> = {
  ...Object.fromEntries(["md", "markdown", "mdx", "x-markdown"].map((name) => [name, { as: "markdown" }])),
  ...Object.fromEntries(["html", "htm", "xhtml", "xhtml+xml"].map((name) => [name, { as: "html" }])),
  ...Object.fromEntries(["json", "geojson", "ipynb"].map((name) => [name, { as: "json" }])),
  ...Object.fromEntries(["jsonl", "ndjson", "x-ndjson", "json-lines"].map((name) => [name, { as: "jsonl" }])),
  ...Object.fromEntries(["csv", "tsv", "tab-separated-values"].map((name) => [name, { as: "csv" }])),
  ...Object.fromEntries(["plain", "txt", "text", "pdf", "log"].map((name) => [name, { as: "pages" }])),
  ...Object.fromEntries(["js", "mjs", "cjs", "jsx", "javascript"].map((name) => [name, code("javascript")])),
  ...Object.fromEntries(["ts", "mts", "cts", "typescript"].map((name) => [name, code("typescript")])),
  tsx: code("tsx"),
  ...Object.fromEntries(["py", "pyi", "python"].map((name) => [name, code("python")])),
  ...Object.fromEntries(["go", "golang"].map((name) => [name, code("go")])),
  ...Object.fromEntries(["rs", "rust", "rustsrc"].map((name) => [name, code("rust")])),
  ...Object.fromEntries(["java", "java-source"].map((name) => [name, code("java")])),
  ...Object.fromEntries(["c", "h", "cpp", "cc", "cxx", "hpp", "c++src", "csrc"].map((name) => [name, code("cpp")])),
  ...Object.fromEntries(["cs", "csharp"].map((name) => [name, code("c-sharp")])),
  ...Object.fromEntries(["rb", "ruby"].map((name) => [name, code("ruby")])),
  ...Object.fromEntries(["php"].map((name) => [name, code("php")])),
  ...Object.fromEntries(["sh", "bash", "shellscript"].map((name) => [name, code("bash")])),
  ...Object.fromEntries(
    ["kt", "kotlin", "swift", "scala", "lua", "pl", "perl", "r", "sql", "dart"].map((name) => [name, code()]),
  ),
}

/** By the media type; without one by the ending of the source or the id; else as Markdown, which plain text mostly is. */
export const readingOf = ({ mediaType, source, id }: Pick<Document, "mediaType" | "source" | "id">): Reading => {
  if (mediaType !== undefined) {
    const subtype = (mediaType.split(";")[0] ?? "")
      .trim()
      .toLowerCase()
      .replace(/^[^/]*\//, "")
    return (
      readings[subtype] ?? readings[subtype.replace(/^x-/, "")] ?? { as: subtype.endsWith("+json") ? "json" : "pages" }
    )
  }
  const ending = (name: string | undefined): Reading | undefined =>
    readings[/\.([a-z0-9]{1,10})$/i.exec(name ?? "")?.[1]?.toLowerCase() ?? ""]
  return ending(source) ?? ending(id) ?? { as: "markdown" }
}
