import { assert, describe, it } from "@effect/vitest"
import { makeExactStore, type Skipped } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { openApiSource } from "../src/index.ts"
import { contentOf, index, readAll, temporaryFolder, write } from "./indexing.ts"

const yaml = `openapi: 3.1.0
info: { title: Pet store, version: 1.2.0, description: Keeps pets. }
servers: [{ url: https://pets.example/v1, description: production }]
tags: [{ name: pets, description: All about pets }]
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
  parameters:
    Limit: { name: limit, in: query, description: How many, schema: { type: integer, minimum: 1, maximum: 100, default: 20 } }
  schemas:
    Pet:
      type: object
      description: An animal.
      required: [id, name]
      properties:
        id: { type: integer, format: int64, readOnly: true }
        name: { type: [string, "null"], maxLength: 50 }
        kind: { enum: [cat, dog] }
        parent: { $ref: "#/components/schemas/Pet" }
        friends: { type: array, items: { $ref: "#/components/schemas/Pet" } }
    Error: { allOf: [{ type: object, properties: { code: { type: string } } }] }
    Loop: { $ref: "#/components/schemas/Loop" }
    Elsewhere: { $ref: "other.yaml#/Thing" }
paths:
  /pets/{petId}:
    parameters:
      - { name: petId, in: path, required: true, description: The pet, schema: { type: string } }
    get:
      operationId: showPet
      summary: One pet
      description: Finds a pet.
      tags: [pets]
      security: [{ key: [] }]
      parameters: [{ $ref: "#/components/parameters/Limit" }]
      responses:
        "200": { description: The pet, content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } } }
        default: { description: Anything else, content: { application/json: { schema: { $ref: "#/components/schemas/Error" } } } }
    put:
      deprecated: true
      requestBody: { required: true, content: { application/json: { schema: { type: array, items: { type: string } } } } }
      responses: { "204": { description: Done } }
    delete: not an operation
`

const one = `# GET /pets/{petId}

One pet

Finds a pet.

Operation: showPet
Tags: pets
Security: key

Parameters:
- petId (path, required): string. The pet
- limit (query): integer. at least 1, at most 100, default 20. How many

Response 200: The pet
application/json: Pet, object. An animal.
  - id (required): integer (int64). read only
  - name (required): string or null. characters up to 50
  - kind: any. one of cat, dog
  - parent: Pet, object. An animal.. (as above)
  - friends: array of Pet
    - each: Pet, object. An animal.. (as above)

Response default: Anything else
application/json: Error, any
  - and: object
    - code: string
`

/** What came with 3.1 and 3.2. */
const later = `openapi: 3.2.0
info: { title: Files }
paths:
  /files/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get: { summary: Get it }
    additionalOperations:
      COPY: { summary: Copy it }
      LOCK: none
  /outside:
    $ref: shared.yaml#/paths/x
    post: { summary: Beside it }
  /nowhere: { $ref: "#/components/pathItems/gone" }
  /number: 7
  /inside: { $ref: "#/components/pathItems/here" }
webhooks:
  newFile:
    post:
      operationId: came
      summary: A file came
      tags: [x]
      requestBody: { content: { application/json: { schema: { type: array, items: { type: string } } } } }
  outside: { $ref: "https://example.org/hooks.json" }
components:
  pathItems:
    here: { put: { summary: Put it } }
`

const calling = `openapi: 3.1.0
info: { title: Streams }
paths:
  /streams:
    post:
      summary: Subscribe
      callbacks:
        onData:
          "{$request.query.url}/data":
            post:
              summary: Data came
              requestBody: { content: { application/json: { schema: { type: string } } } }
              callbacks: { again: { $ref: "#/components/callbacks/shared" } }
          number: 7
        onEnd: { $ref: "#/components/callbacks/shared" }
        onNothing: none
        onOther: { $ref: "other.yaml#/x" }
components:
  callbacks:
    shared:
      "{$request.query.url}": { put: { callbacks: { round: { $ref: "#/components/callbacks/shared" } } } }
`

const opened = Effect.fnUntraced(function* (name: string, content: string) {
  const folder = yield* temporaryFolder
  write(folder, { [name]: content })
  return { file: `${folder}/${name}`, source: openApiSource(`${folder}/${name}`, { id: "api" }) }
})

const refusal = (name: string, content: string) =>
  Effect.gen(function* () {
    const { source } = yield* opened(name, content)
    return (yield* Effect.flip(readAll(source))).message
  })

describe("openApiSource", () => {
  it.effect("gives a document for each operation and schema, and one for the API", () =>
    Effect.gen(function* () {
      const { file, source } = yield* opened("api.yaml", yaml)
      const found = yield* readAll(source)
      assert.deepStrictEqual(Object.keys(found), [
        "overview",
        "GET /pets/{petId}",
        "PUT /pets/{petId}",
        "DELETE /pets/{petId}",
        "schema Pet",
        "schema Error",
        "schema Loop",
        "schema Elsewhere",
      ])
      assert.deepStrictEqual(found["GET /pets/{petId}"], {
        id: "GET /pets/{petId}",
        text: one,
        title: "One pet",
        source: `${file}#/paths/~1pets~1{petId}/get`,
        mediaType: "text/markdown",
        metadata: {
          kind: "operation",
          method: "GET",
          path: "/pets/{petId}",
          tag: ["pets"],
          operationId: "showPet",
          sourceLines: [],
        },
      })
      assert.deepStrictEqual(found["DELETE /pets/{petId}"], { _tag: "Skipped", why: "an operation that is no object" })
      assert.match(
        JSON.stringify(found["PUT /pets/{petId}"]),
        /Deprecated.*Request body \(required\):.*array of string/,
      )
      assert.match(
        JSON.stringify(found["overview"]),
        /# Pet store 1\.2\.0.*Keeps pets.*https:\/\/pets\.example.*- key: apiKey/,
      )
      assert.deepInclude(found["schema Loop"], { text: "# Schema Loop\n\nLoop (#/components/schemas/Loop)\n" })
      assert.deepInclude(found["schema Elsewhere"], { text: "# Schema Elsewhere\n\nThing (other.yaml#/Thing)\n" })
    }),
  )

  it.effect("gives webhooks and methods of one's own, and says which references are not followed", () =>
    Effect.gen(function* () {
      const { file, source } = yield* opened("api.yaml", later)
      const found = yield* readAll(source)
      assert.deepStrictEqual(Object.keys(found), [
        "overview",
        "GET /files/{id}",
        "COPY /files/{id}",
        "LOCK /files/{id}",
        "/outside",
        "POST /outside",
        "/nowhere",
        "/number",
        "PUT /inside",
        "POST webhook newFile",
        "webhook outside",
      ])
      assert.deepInclude(found["COPY /files/{id}"], {
        title: "Copy it",
        source: `${file}#/paths/~1files~1{id}/additionalOperations/COPY`,
        metadata: { kind: "operation", method: "COPY", path: "/files/{id}", tag: [], sourceLines: [] },
      })
      assert.match(JSON.stringify(found["COPY /files/{id}"]), /# COPY \/files\/\{id\}.*- id \(path, required\): string/)
      assert.deepInclude(found["POST webhook newFile"], {
        title: "A file came",
        source: `${file}#/webhooks/newFile/post`,
        metadata: {
          kind: "webhook",
          method: "POST",
          webhook: "newFile",
          tag: ["x"],
          operationId: "came",
          sourceLines: [],
        },
      })
      assert.match(JSON.stringify(found["POST webhook newFile"]), /# POST webhook newFile.*array of string/)
      const skipped = (why: string): Skipped => ({ _tag: "Skipped", why })
      assert.deepStrictEqual(found["LOCK /files/{id}"], skipped("an operation that is no object"))
      assert.deepStrictEqual(
        found["/outside"],
        skipped("a reference into another file, which is not followed: shared.yaml#/paths/x"),
      )
      assert.deepStrictEqual(
        found["webhook outside"],
        skipped("a reference into another file, which is not followed: https://example.org/hooks.json"),
      )
      assert.deepStrictEqual(found["/nowhere"], skipped("a reference that leads nowhere: #/components/pathItems/gone"))
      assert.deepStrictEqual(found["/number"], skipped("a path that is no object"))
    }),
  )

  it.effect("gives callbacks, not theirs, and says which are none", () =>
    Effect.gen(function* () {
      const { file, source } = yield* opened("api.yaml", calling)
      const found = yield* readAll(source)
      assert.deepStrictEqual(Object.keys(found), [
        "overview",
        "POST /streams",
        "POST callback onData {$request.query.url}/data of POST /streams",
        "callback onData number of POST /streams",
        "PUT callback onEnd {$request.query.url} of POST /streams",
        "callback onNothing of POST /streams",
        "callback onOther of POST /streams",
      ])
      assert.deepInclude(found["POST callback onData {$request.query.url}/data of POST /streams"], {
        title: "Data came",
        source: `${file}#/paths/~1streams/post/callbacks/onData/{$request.query.url}~1data/post`,
        metadata: { kind: "callback", callback: "onData", method: "POST", tag: [], sourceLines: [] },
      })
      assert.deepInclude(found["callback onData number of POST /streams"], { why: "a path that is no object" })
      assert.deepInclude(found["callback onNothing of POST /streams"], { why: "a callback that is no object" })
      assert.deepInclude(found["callback onOther of POST /streams"], {
        why: "a reference into another file, which is not followed: other.yaml#/x",
      })
    }),
  )

  it.effect("reads JSON as YAML, with the same texts", () =>
    Effect.gen(function* () {
      const { load } = yield* Effect.promise(() => import("js-yaml"))
      const { source } = yield* opened("api.json", JSON.stringify(load(yaml)))
      assert.deepInclude((yield* readAll(source))["GET /pets/{petId}"], { text: one })
    }),
  )

  it.effect("embeds again only what changed", () =>
    Effect.gen(function* () {
      const { file, source } = yield* opened("api.yaml", yaml)
      const store = yield* makeExactStore()
      const first = yield* index(source, store)
      assert.deepStrictEqual([first.added, first.skipped.length], [7, 1])
      write(file.slice(0, file.lastIndexOf("/")), { "api.yaml": yaml.replace("Finds a pet.", "Finds one pet.") })
      const second = yield* index(source, store)
      assert.deepStrictEqual([second.updated, second.unchanged, second.embedded], [1, 6, 1])
      assert.include(JSON.stringify(yield* contentOf(store)), "Finds one pet.")
    }),
  )

  it.effect("stays small, whatever schemas refer to", () =>
    Effect.gen(function* () {
      const wide = Array.from(
        { length: 30 },
        (_, at) => `        f${at}: { $ref: "#/components/schemas/S${at}" }`,
      ).join("\n")
      const schemas = Array.from(
        { length: 30 },
        (_, at) => `    S${at}:\n      type: object\n      properties:\n${wide}`,
      )
      const text = `openapi: 3.0.3\ninfo: {title: Wide}\npaths: {}\ncomponents:\n  schemas:\n${schemas.join("\n")}\n`
      const found = yield* readAll((yield* opened("api.yaml", text)).source)
      assert.strictEqual(Object.keys(found).length, 31)
      for (const document of Object.values(found))
        assert.isTrue(!("_tag" in document) && document.text.split("\n").length < 420)
      const laughs = `a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`
      const bomb = `openapi: 3.0.3\n${laughs}e: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f]\ninfo: {title: Bomb}\ncomponents: {schemas: {Bomb: {type: object, default: *g}}}\npaths: {}\n`
      const small = yield* Effect.result(readAll((yield* opened("api.yaml", bomb)).source))
      assert.isBelow(JSON.stringify(small).length, 5000)
    }),
  )

  it.effect("refuses what is no OpenAPI 3 description, and says what it is", () =>
    Effect.gen(function* () {
      assert.match(yield* refusal("a.json", '{"swagger": "2.0"}'), /it is Swagger 2\.0: convert it to OpenAPI 3/)
      assert.match(yield* refusal("b.yaml", "name: x\n"), /"openapi" must be 3\.x/)
      assert.match(yield* refusal("c.json", '{"openapi": '), /it is neither JSON nor YAML/)
      assert.match(yield* refusal("d.yaml", "a: [1\nb: }"), /it is neither JSON nor YAML/)
      assert.match(yield* refusal("e.yaml", "- 1\n"), /it is no object/)
      const { message } = yield* Effect.flip(readAll(openApiSource("/nonexistent/api.yaml")))
      assert.match(message, /it was gone when it was to be read/)
    }),
  )
})
