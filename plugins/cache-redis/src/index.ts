export type { Options as RedisCacheOptions } from "./Options.ts"
export { redisCache, redisCache as plugin } from "./plugin.ts"
export { makeRedisCache } from "./RedisCache.ts"
export { RedisCacheControl, type RedisCacheCounts, type RedisCacheStats } from "./RedisCacheControl.ts"
