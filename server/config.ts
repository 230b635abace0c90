/** The configuration of the server. Only this layer reads the environment. */
export { describeConfig, describeProblems } from './config/describe-config.ts'
export { documentConfiguration } from './config/document-configuration.ts'
export {
  findOrCreateEmbeddedSecret,
  replaceEmbeddedSecret,
  readEmbeddedSecret,
} from './config/embedded-secret.ts'
export { nearest, readConfig } from './config/read-config.ts'
export { invalid } from './config/findings.ts'
export type { Config, ConfigReading } from './config/read-config.ts'
