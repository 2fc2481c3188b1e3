# The cmdlets are compiled. Connections and simulators that are still open when the module is removed are closed by the
# assembly itself (ModuleCleanup), so nothing else is needed here.
Import-Module -Name ([System.IO.Path]::Combine($PSScriptRoot, 'bin', 'PbxEvents.Module.dll')) -ErrorAction Stop

# Completion of the engine events that the module raises, for PowerShell's own cmdlets.
$eventCommands = 'Register-EngineEvent', 'Get-Event', 'Wait-Event', 'Remove-Event', 'Get-EventSubscriber', 'Unregister-Event'
Register-ArgumentCompleter -CommandName $eventCommands -ParameterName SourceIdentifier -ScriptBlock {
    # The word to complete is the third argument.
    [PbxEvents.Module.Completion.EngineEventCompleter]::Complete($args[2])
}
