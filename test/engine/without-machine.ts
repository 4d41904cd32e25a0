/** Imported first: the test runs as if there were no step machine. */
process.env.LATENTLY_MACHINE = "off"
