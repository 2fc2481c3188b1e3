# The cmdlets are compiled. Connections and simulators that are still open when the module is removed are closed by the
# assembly itself (ModuleCleanup), so nothing else is needed here.
Import-Module -Name ([System.IO.Path]::Combine($PSScriptRoot, 'bin', 'PbxEvents.Module.dll')) -ErrorAction Stop
