# What a unit or task of Install-PbxService starts: runs a script, or a listener file, with the module, writes the log of the service, and
# ends with an exit code that about_PbxEvents_Service lists. With -Supervise, for a system that does not do it, starts it again after pauses
# that grow.
param(
    [Parameter(Mandatory)] [string] $FilePath,
    [switch] $Supervise
)

$PSStyle.OutputRendering = 'PlainText'
Import-Module ([System.IO.Path]::Combine($PSScriptRoot, 'PbxEvents.psd1')) -ErrorAction Stop

if ($Supervise) {
    # PowerShell may be an assembly that dotnet runs, which takes it as its first word.
    $isDotnet = [System.IO.Path]::GetFileNameWithoutExtension([Environment]::ProcessPath) -eq 'dotnet'
    $self = $isDotnet ? @([Environment]::GetCommandLineArgs()[0]) : @()
    $seconds = 5
    while ($true) {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        & ([Environment]::ProcessPath) @self -NoLogo -NoProfile -NonInteractive -File $PSCommandPath -FilePath $FilePath
        if ([PbxEvents.Module.Service.ServiceProcess]::IsFinal($LASTEXITCODE)) { exit $LASTEXITCODE }
        if ($watch.Elapsed.TotalHours -ge 1) { $seconds = 5 }
        Start-Sleep -Seconds $seconds
        $seconds = [Math]::Min(2 * $seconds, 900)
    }
}

try {
    [PbxEvents.Module.Service.ServiceProcess]::Begin()
    $isListenerFile = [System.IO.Path]::GetExtension($FilePath) -eq '.psd1'
    & { if ($isListenerFile) { Start-PbxListener -Path $FilePath } else { & $FilePath } } 2>&1 3>&1 |
        ForEach-Object { if (-not [PbxEvents.Module.Service.ServiceProcess]::Take($_)) { $_ } }
}
catch {
    exit [PbxEvents.Module.Service.ServiceProcess]::Fail($_)
}
exit 0
