"""Simulated providers: a loopback server that speaks the real wire formats.

It is the demo, the test double, the load generator and the chaos tool in one. Everything but the words is real: frames,
headers, speeds, token counts, errors. `catalog.SIM_MODELS` lists the models, `faults` what can be appended to a model's
name to make it misbehave, `server.SimulatorServer` serves them, `child.start_child` does so in a process that ends with
ours. Standard library only, because the child must start while the user is still reading the welcome screen.
"""
