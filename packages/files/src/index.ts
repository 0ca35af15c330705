export * from "./makeFolder.ts"
