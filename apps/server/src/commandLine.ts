/** What users type before a command: in a clone of the repository a script, with the package its name. */
export const commandLine = import.meta.filename.endsWith(".ts") ? "npm run cli --" : "npx @communications/server"
