"""The modules behind the names of `aion.testing`; its fixtures would bring pytest along."""

hiddenimports = ["aion.testing._sandbox", "aion.testing.vcr"]
