/** Every expected failure, grouped by what it concerns. */
export * from "./AccountErrors.ts"
export * from "./CommunicationErrors.ts"
export * from "./ContactInformationErrors.ts"
export * from "./RequestErrors.ts"
export * from "./StorageErrors.ts"
