<#
.SYNOPSIS
    Installs Start-PbxListener.ps1 as a systemd unit or as a Windows scheduled task.
.DESCRIPTION
    The service starts with the machine, runs as a user of its own, and is started again when it ends. Run it as root, or as an
    administrator, in the PowerShell that is to run the listener: that user must be able to run it, which he is not where it was
    installed for somebody else, as a .NET tool for instance. -WhatIf shows what would be done; the definition itself is what the
    script returns.
.PARAMETER Name
    The name of the unit or task.
.PARAMETER Path
    The file for Start-PbxListener.ps1, which says what to do.
.PARAMETER User
    The user it runs as; on Windows best a group managed service account. The vault must be open to him without a prompt.
.PARAMETER Kind
    What to install. Default: what fits this machine.
.PARAMETER UnitFolder
    The folder for the systemd unit.
.EXAMPLE
    ./Install-PbxListener.ps1 -Path /etc/pbx/tickets.json -User pbxevents -WhatIf
#>
#requires -Version 7.6
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    [ValidatePattern('^[\w.-]+$')] [string] $Name = 'pbx-listener',
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $User,
    [ValidateSet('Systemd', 'ScheduledTask')] [string] $Kind = ($IsWindows ? 'ScheduledTask' : 'Systemd'),
    [string] $UnitFolder = '/etc/systemd/system'
)

$ErrorActionPreference = 'Stop'
$pwsh = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
$listener = Join-Path $PSScriptRoot 'Start-PbxListener.ps1'
$plan = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
$words = '-NoLogo', '-NoProfile', '-NonInteractive', '-File', $listener, '-Path', $plan

if ($Kind -eq 'Systemd') {
    # In a unit, % is a specifier and $ a variable; a word in quotes takes backslash escapes.
    $quoted = @($pwsh) + $words | ForEach-Object {
        '"' + $_.Replace('\', '\\').Replace('"', '\"').Replace('%', '%%').Replace('$', '$$') + '"'
    }
    $runtime = [System.IO.Path]::GetDirectoryName([object].Assembly.Location)
    $unit = @(
        '[Unit]'
        'Description=PbxEvents listener'
        'Wants=network-online.target'
        'After=network-online.target'
        'StartLimitIntervalSec=0'
        ''
        '[Service]'
        "User=$User"
        # PowerShell as a .NET tool has its runtime elsewhere, and a service has no variable of a shell that says where.
        if ($runtime -ne $PSHOME) { "Environment=`"DOTNET_ROOT=$([System.IO.Path]::GetFullPath("$runtime/../../.."))`"" }
        "ExecStart=$($quoted -join ' ')"
        'Restart=always'
        # A refused password must not be tried again at once: some platforms block the address.
        'RestartSec=60'
        'KillSignal=SIGINT'
        'NoNewPrivileges=true'
        'ProtectSystem=full'
        'PrivateTmp=true'
        ''
        '[Install]'
        'WantedBy=multi-user.target'
        ''
    ) -join "`n"
    $unitPath = Join-Path $UnitFolder "$Name.service"
    if ($PSCmdlet.ShouldProcess($unitPath, 'Install the systemd unit')) {
        # Who cannot reach a file of his unit would be started for nothing every minute.
        id $User *> $null
        if ($LASTEXITCODE -eq 0 -and (id -u) -eq 0) {
            foreach ($file in $pwsh, $listener, $plan) {
                runuser -u $User -- test ($file -eq $pwsh ? '-x' : '-r') $file
                if ($LASTEXITCODE) {
                    throw "User $User cannot use $file, which the unit needs. Put it where he can, or choose another user."
                }
            }
        }
        Set-Content -LiteralPath $unitPath -Value $unit -NoNewline
        if ($UnitFolder -eq '/etc/systemd/system') {
            systemctl daemon-reload
            systemctl enable --now "$Name.service"
        }
    }
    $unit
    return
}

# The rules by which a Windows program takes its command line apart: quotes and the backslashes before them are escaped.
$quoted = $words | ForEach-Object { '"' + ($_ -replace '(\\*)"', '$1$1\"' -replace '(\\+)$', '$1$1') + '"' }
$text = { [System.Security.SecurityElement]::Escape($args[0]) }
$task = @"
<?xml version="1.0"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>PbxEvents listener</Description></RegistrationInfo>
  <Triggers><BootTrigger><Enabled>true</Enabled></BootTrigger></Triggers>
  <Principals>
    <Principal id="Author"><UserId>$(& $text $User)</UserId><LogonType>Password</LogonType><RunLevel>LeastPrivilege</RunLevel></Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec><Command>$(& $text $pwsh)</Command><Arguments>$(& $text ($quoted -join ' '))</Arguments></Exec>
  </Actions>
</Task>
"@
if ($PSCmdlet.ShouldProcess($Name, 'Register the scheduled task')) {
    $null = Register-ScheduledTask -TaskName $Name -Xml $task -User $User
    Start-ScheduledTask -TaskName $Name
}
$task
