export * from "./lockFile.ts"
export * from "./makeFolder.ts"
