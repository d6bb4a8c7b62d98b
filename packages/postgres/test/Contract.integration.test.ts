import { testContracts } from "./contract.ts"

testContracts('a "quoted" name', "off")
testContracts("public", "all")
