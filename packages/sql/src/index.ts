export { migrate, type Migration } from "./migrate.ts"
export { sqlLayer, type SqlOptions } from "./sqlLayer.ts"
export { storeFailure } from "./storeFailure.ts"
export { storeName } from "./storeName.ts"
