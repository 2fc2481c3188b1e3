# The cmdlets are compiled. Connections and simulators that are still open when the module is removed are closed by the
# assembly itself (ModuleCleanup).
$assembly = [System.IO.Path]::Combine($PSScriptRoot, 'bin', 'PbxEvents.Module.dll')

# A process holds one copy of an assembly. Without a word of ours a second copy of the module fails at each line of its types file.
foreach ($loaded in [System.AppDomain]::CurrentDomain.GetAssemblies()) {
    if ($loaded.FullName.StartsWith('PbxEvents.Module,') -and $loaded.Location -ne $assembly) {
        $first = [System.IO.Path]::GetDirectoryName([System.IO.Path]::GetDirectoryName($loaded.Location))
        $advice = "start a new PowerShell to use the one in '$PSScriptRoot'"
        throw "This process has already loaded PbxEvents from '$first', and cannot load a second copy: $advice."
    }
}
Import-Module -Name $assembly -ErrorAction Stop
Import-Module -Name ([System.IO.Path]::Combine($PSScriptRoot, 'PbxEvents.Types.psd1')) -ErrorAction Stop

# Completion of the engine events that the module raises, for PowerShell's own cmdlets.
$eventCommands = 'Register-EngineEvent', 'Get-Event', 'Wait-Event', 'Remove-Event', 'Get-EventSubscriber', 'Unregister-Event'
Register-ArgumentCompleter -CommandName $eventCommands -ParameterName SourceIdentifier -ScriptBlock {
    # The word to complete is the third argument.
    [PbxEvents.Module.Completion.EngineEventCompleter]::Complete($args[2])
}
