import { crc32, deflateRawSync, deflateSync } from "node:zlib"

const latin = (text: string): Uint8Array => Buffer.from(text, "latin1")

/** A PDF with these objects, which are numbered from 1, as ISO 32000-1 lays one out. */
const pdfOf = (objects: ReadonlyArray<string | Uint8Array>, trailer: string): Uint8Array => {
  const parts: Array<Uint8Array> = [latin("%PDF-1.4\n")]
  const offsets: Array<number> = []
  let at = parts[0]!.length
  const add = (part: Uint8Array): void => {
    parts.push(part)
    at += part.length
  }
  for (const [index, object] of objects.entries()) {
    offsets.push(at)
    add(latin(`${index + 1} 0 obj\n`))
    add(typeof object === "string" ? latin(object) : object)
    add(latin("\nendobj\n"))
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("")
  const size = objects.length + 1
  const end = `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R ${trailer} >>\nstartxref\n${at}\n%%EOF\n`
  return Buffer.concat([...parts, latin(end)])
}

const stream = (content: Uint8Array, entries = ""): Uint8Array =>
  Buffer.concat([latin(`<< /Length ${content.length} ${entries} >>\nstream\n`), content, latin("\nendstream")])

const contentOf = (lines: ReadonlyArray<string>): Uint8Array =>
  latin(lines.map((line, at) => `BT /F1 12 Tf 72 ${720 - 16 * at} Td (${line}) Tj ET`).join("\n"))

/** A PDF of these pages, each of these lines. `encrypted`: with a password that nobody knows. */
export const pdf = (
  pages: ReadonlyArray<ReadonlyArray<string>>,
  { title, encrypted = false }: { readonly title?: string; readonly encrypted?: boolean } = {},
): Uint8Array => {
  const kids = pages.map((_, at) => `${4 + 2 * at} 0 R`).join(" ")
  const objects: Array<string | Uint8Array> = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ]
  for (const [at, lines] of pages.entries()) {
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * at} 0 R >>`,
      stream(contentOf(lines)),
    )
  }
  const noise = "41".repeat(32)
  const lock = `/Encrypt << /Filter /Standard /V 1 /R 2 /O <${noise}> /U <${noise}> /P -4 >> /ID [<00> <00>]`
  if (title !== undefined) objects.push(`<< /Title (${title}) >>`)
  const info = title === undefined ? "" : `/Info ${objects.length} 0 R`
  return pdfOf(objects, `${encrypted ? lock : ""} ${info}`)
}

/** A PDF whose one page unpacks to so many bytes. */
export const pdfBomb = (bytes: number): Uint8Array =>
  pdfOf(
    [
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
      "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>",
      stream(deflateSync(Buffer.alloc(bytes, " ")), "/Filter /FlateDecode"),
    ],
    "",
  )

export interface ZipEntry {
  readonly name: string
  readonly content: string | Uint8Array
}

/** A zip archive. `stated`: the unpacked size that it states, if not the true one. */
export const zip = (entries: ReadonlyArray<ZipEntry>, stated?: number): Uint8Array => {
  const files: Array<Uint8Array> = []
  const directory: Array<Uint8Array> = []
  let at = 0
  for (const { name, content } of entries) {
    const raw = typeof content === "string" ? Buffer.from(content) : content
    const packed = deflateRawSync(raw)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(raw), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(stated ?? raw.length, 18)
    common.writeUInt16LE(name.length, 22)
    const file = Buffer.concat([latin("PK\x03\x04"), common, latin(name), packed])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(at, 10)
    directory.push(Buffer.concat([latin("PK\x01\x02\x14\x00"), common, rest, latin(name)]))
    files.push(file)
    at += file.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(listed.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...files, listed, latin("PK\x05\x06"), end])
}

const word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
const rels = "http://schemas.openxmlformats.org"

/** A Word file with these paragraphs; one that begins with `# ` is a heading. */
export const docx = (paragraphs: ReadonlyArray<string>): Uint8Array => {
  const body = paragraphs.map((text) => {
    const style = text.startsWith("# ") ? '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>' : ""
    return `<w:p>${style}<w:r><w:t>${text.replace(/^# /, "")}</w:t></w:r></w:p>`
  })
  return zip([
    {
      name: "[Content_Types].xml",
      content: `<Types xmlns="${rels}/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    },
    {
      name: "_rels/.rels",
      content: `<Relationships xmlns="${rels}/package/2006/relationships"><Relationship Id="r1" Type="${rels}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
    },
    {
      name: "word/styles.xml",
      content: `<w:styles ${word}><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>`,
    },
    {
      name: "word/_rels/document.xml.rels",
      content: `<Relationships xmlns="${rels}/package/2006/relationships"><Relationship Id="r1" Type="${rels}/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`,
    },
    { name: "word/document.xml", content: `<w:document ${word}><w:body>${body.join("")}</w:body></w:document>` },
  ])
}
