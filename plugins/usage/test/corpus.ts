import { readdirSync, readFileSync, realpathSync } from "node:fs"
import { join } from "node:path"

/** Numbers from 0 below 1 that are the same in every run (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const prose: ReadonlyArray<string> = [
  "The bridge was opened in 1932, and nobody who crossed it that morning believed the engineers' figures; they'd seen too many promises broken, hadn't they? Still, it stands.",
  "Die Brücke wurde 1932 eröffnet, und die Straßenbahnhaltestelle liegt gegenüber dem Rathaus; größere Lastkraftwagen dürfen sie übrigens nicht überqueren.",
  "Le pont fut inauguré en 1932 ; l'ingénieur n'avait pas prévu que la rivière, gonflée par les pluies d'été, emporterait déjà la première pile où s'était arrêté le cortège.",
  "El puente se inauguró en 1932 y, según el ingeniero, ningún año había llovido tanto; ¿quién habría imaginado que aquella mañana todo cambiaría?",
  "A ponte foi inaugurada em 1932; não há ninguém na região que não se lembre da multidão, das canções e do atraso de três horas.",
  "Most otwarto w 1932 roku, choć inżynierowie twierdzili, że źle policzono obciążenia, a mieszkańcy wciąż czekali na przęsło łączące oba brzegi.",
  "Мост открыли в 1932 году, и никто из тех, кто перешёл его в то утро, не верил расчётам инженеров: слишком много обещаний было нарушено.",
  "Η γέφυρα άνοιξε το 1932 και κανείς από όσους την πέρασαν εκείνο το πρωί δεν πίστευε τους υπολογισμούς των μηχανικών.",
  "这座桥于1932年通车，那天早上过桥的人谁也不相信工程师的计算；他们见过太多没有兑现的承诺。尽管如此，它至今仍然屹立不倒。",
  "橋は1932年に開通した。その朝渡った人々は、技術者の計算を誰も信じていなかった。それでも、カメラを持った記者たちは待っていた。",
  "다리는 1932년에 개통되었고, 그날 아침 건너간 사람들 가운데 기술자들의 계산을 믿는 이는 아무도 없었다. 그래도 다리는 서 있다.",
  "افتُتح الجسر عام ١٩٣٢، ولم يصدّق أحدٌ ممن عبروه في ذلك الصباح حسابات المهندسين، فقد رأوا وعودًا كثيرة لم تتحقق.",
  "पुल 1932 में खुला था, और उस सुबह उसे पार करने वालों में से किसी ने भी इंजीनियरों के हिसाब पर विश्वास नहीं किया।",
  "สะพานเปิดใช้ในปี 1932 และไม่มีใครที่ข้ามสะพานในเช้าวันนั้นเชื่อการคำนวณของวิศวกร",
  "Cây cầu được khánh thành năm 1932, và không ai đi qua nó sáng hôm ấy tin vào những tính toán của các kỹ sư.",
  "הגשר נפתח בשנת 1932, ואיש מאלה שחצו אותו באותו בוקר לא האמין לחישובי המהנדסים.",
]

const take = <T>(items: ReadonlyArray<T>, random: () => number): T => {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error("nothing to take from")
  return item
}

const passage = (random: () => number): string => {
  const sentence = take(prose, random)
  const words = sentence.split(" ")
  return Array.from({ length: words.length }, () => take(words, random)).join(" ")
}

const emoji = (random: () => number): string =>
  Array.from({ length: 40 }, () =>
    take(
      [
        "👩‍👩‍👧‍👦",
        "🏳️‍🌈",
        "🇩🇪",
        "👍🏽",
        "😀",
        "❤️",
        "🧑🏿‍🚀",
        "#️⃣",
        String.fromCodePoint(0x1f300 + Math.floor(random() * 700)),
        " ",
        "ok",
      ],
      random,
    ),
  ).join("")

/** Any characters: controls, combining marks, private use, halves of pairs, spaces of all kinds, control tokens as text. */
const odd = (random: () => number): string =>
  Array.from({ length: 120 }, () => {
    const kind = random()
    if (kind < 0.1) return String.fromCharCode(0xd800 + Math.floor(random() * 0x800))
    if (kind < 0.2)
      return take(["\u00a0", "\u2003", "\u200b", "\ufeff", "\u3000", "\r\n", "\t\t", "   ", "\u0085", "\u2028"], random)
    if (kind < 0.3)
      return take(
        ["<|endoftext|>", "<|im_start|>", "'LL", "'ſ", "İ", "ǅ", "ﬁ", "e\u0301\u0323", "//\r\n", "½", "٣٤"],
        random,
      )
    if (kind < 0.6) return String.fromCodePoint(Math.floor(random() * 0xd7ff))
    if (kind < 0.7) return String.fromCodePoint(0xe000 + Math.floor(random() * 0x1_01_fff))
    return String.fromCharCode(32 + Math.floor(random() * 95))
  }).join("")

const json = (random: () => number): string =>
  JSON.stringify(
    {
      id: Math.floor(random() * 1e12),
      name: passage(random).slice(0, 40),
      tags: Array.from({ length: 5 }, () => random().toString(36).slice(2)),
      at: { lat: random() * 180 - 90, lon: random() * 360 - 180, ok: random() < 0.5, none: null },
      key: Array.from({ length: 24 }, () =>
        Math.floor(random() * 256)
          .toString(16)
          .padStart(2, "0"),
      ).join(""),
    },
    null,
    random() < 0.5 ? 2 : undefined,
  )

const filesIn = (folder: string, depth = 0): ReadonlyArray<string> =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return depth > 2 || entry.name === "node_modules" ? [] : filesIn(path, depth + 1)
    return /\.(md|ts|js|mjs|json)$/.test(entry.name) ? [path] : []
  })

/** Code and READMEs of packages that are installed here. */
const installed = (characters: number): string => {
  const modules = join(import.meta.dirname, "..", "node_modules")
  const packages = ["vitest", "typescript", "effect", "redis", "@pydantic/genai-prices", "gpt-tokenizer", "tsup"]
  const texts = packages.flatMap((name) =>
    filesIn(realpathSync(join(modules, name)))
      .slice(0, 60)
      .map((file) => readFileSync(file, "utf8").slice(0, 40_000)),
  )
  return texts.join("\n").slice(0, characters)
}

/** A mixed corpus of at least so many bytes, the same in every run with the same packages. */
export const corpus = (bytes: number): ReadonlyArray<string> => {
  const random = seeded(7)
  const texts = [installed(bytes / 3)]
  let size = Buffer.byteLength(texts[0] ?? "")
  const kinds = [passage, passage, passage, emoji, odd, json]
  while (size < bytes) {
    const kind = take(kinds, random)
    const text = Array.from({ length: 30 }, () => kind(random)).join(random() < 0.5 ? "\n" : "\n\n  ")
    texts.push(text)
    size += Buffer.byteLength(text)
  }
  return texts
}
