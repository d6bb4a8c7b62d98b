/** Every expected failure, one file per subject. No error carries a secret or depends on a transport. */
export * from "./AccountErrors.ts"
export * from "./CommunicationErrors.ts"
export * from "./ContactInformationErrors.ts"
export * from "./RequestErrors.ts"
export * from "./StorageErrors.ts"
