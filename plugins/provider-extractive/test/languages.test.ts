import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { about, ask, passage, text } from "./ask.ts"

interface Case {
  readonly language: string
  readonly context: string
  readonly question: string
  readonly expected: string
  readonly not: string
}

const cases: ReadonlyArray<Case> = [
  {
    language: "English",
    context:
      "Mr. Hale keeps bees. The observatory was opened in 1921 by the city, e.g. Its dome is copper. It rains a lot in May. Visitors pay three pounds.",
    question: "When did they open the observatory?",
    expected: "1921",
    not: "rains",
  },
  {
    language: "German",
    context:
      "Die Brücke wurde am 3. Oktober 1987 eröffnet. Dr. Weber plante die Brücken der Stadt. Im Sommer blüht hier der Flieder. Der Markt schließt um 18 Uhr.",
    question: "Wann wurde die Brücke eröffnet?",
    expected: "am 3. Oktober 1987 eröffnet.",
    not: "Flieder",
  },
  {
    language: "French",
    context:
      "Le musée ouvre à dix heures. L’église fut construite par l’architecte Jean Morel. Les jardins sont gratuits. On y trouve des roses.",
    question: "Qui est l'architecte de l'église ?",
    expected: "Jean Morel",
    not: "roses",
  },
  {
    language: "Chinese",
    context: "北京是中国的首都。上海是中国最大的城市，人口超过两千万。长江是亚洲最长的河流。今天天气很好。",
    question: "亚洲最长的河流是什么？",
    expected: "长江",
    not: "天气",
  },
  {
    language: "Japanese",
    context: "富士山は日本で一番高い山です。高さは3776メートルです。琵琶湖は日本最大の湖です。昨日は雨が降りました。",
    question: "日本最大の湖は何ですか？",
    expected: "琵琶湖",
    not: "雨",
  },
  {
    language: "Arabic",
    context: "القاهرة هي عاصمة مصر. يقع نهر النيل في أفريقيا. تأسست الجامعة عام 1908. الطقس حار اليوم.",
    question: "ما هي عاصمة مصر؟",
    expected: "القاهرة",
    not: "الطقس",
  },
  {
    language: "Hindi",
    context: "नई दिल्ली भारत की राजधानी है। गंगा भारत की सबसे लंबी नदी है। मोर राष्ट्रीय पक्षी है। आज मौसम अच्छा है।",
    question: "भारत की राजधानी क्या है?",
    expected: "नई दिल्ली",
    not: "मौसम",
  },
  {
    language: "Thai",
    context: "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย\n\nช้างเป็นสัตว์ประจำชาติ\n\nวันนี้อากาศดีมาก",
    question: "เมืองหลวงของประเทศไทยคืออะไร",
    expected: "กรุงเทพมหานคร",
    not: "อากาศ",
  },
  {
    language: "Russian",
    context: "Москва — столица России. Волга впадает в Каспийское море. Музей закрыт в понедельник. Сегодня холодно.",
    question: "Что является столицей России?",
    expected: "Москва",
    not: "холодно",
  },
  {
    language: "Korean",
    context: "서울은 대한민국의 수도이다. 한라산은 제주도에 있다. 도서관은 아홉 시에 연다. 오늘은 비가 온다.",
    question: "대한민국의 수도는 어디인가요?",
    expected: "서울은",
    not: "비가",
  },
]

it.effect.each(cases)("answers in $language", ({ context, question, expected, not }) =>
  Effect.gen(function* () {
    const response = yield* ask(about(question, passage(context, undefined, "text/plain")))
    assert.include(text(response), expected)
    assert.notInclude(text(response), not)
  }),
)
