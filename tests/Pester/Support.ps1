# What the test files share. Dot-source it in BeforeAll.

$script:ModulePath = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../out/PbxEvents/PbxEvents.psd1")
if (-not (Test-Path -LiteralPath $ModulePath)) {
    throw 'The module is not built. Run: ./build.sh package'
}
Import-Module $ModulePath -Force

# The program that runs this: where PowerShell is a .NET tool, the process itself is dotnet.
$script:Pwsh = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')

# How long a test waits at most for what must come: generous, because the machine may be busy. It is never slept away.
$script:Patience = 30

# A connection to a fresh simulator, with a subscription to calls.
function Connect-Bench {
    param(
        [hashtable] $Simulator = @{},
        [hashtable] $Connection = @{},
        [string[]] $Type = 'Call'
    )

    $bench = [ordered]@{}
    $bench.Simulator = Start-PbxSimulator TelecomX @Simulator
    $bench.Connection = $bench.Simulator | Connect-PbxEvents @Connection
    $bench.Subscription = if ($Type) { Register-PbxSubscription $Type -Connection $bench.Connection }
    [pscustomobject]$bench
}

# Closes what a test has opened in this runspace.
function Close-Bench {
    Stop-PbxDashboard -Confirm:$false
    Unregister-PbxAlert *
    Get-PbxConnection | Disconnect-PbxEvents -Confirm:$false
    Stop-PbxSimulator -Simulator * -Confirm:$false
    Get-PbxJournal | Close-PbxJournal -Confirm:$false
    Clear-PbxContact
}

# Waits until something is true, or fails.
function Wait-Until {
    param(
        [scriptblock] $Condition,
        [string] $What = "$Condition",
        [int] $Seconds = $Patience
    )

    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($watch.Elapsed.TotalSeconds -gt $Seconds) {
            throw "Not within $Seconds s: $What"
        }
        [System.Threading.Thread]::Sleep(10)
    }
}

# Ports of loopback that nobody has at this moment, all different.
function Get-FreePort {
    param([int] $Count = 1)

    $probes = 1..$Count | ForEach-Object {
        $probe = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $probe.Start()
        $probe
    }
    $probes.ForEach{ $_.LocalEndpoint.Port }
    $probes.ForEach{ $_.Stop() }
}

# A runspace of its own with the module in it.
function Open-Shell {
    $shell = [powershell]::Create([System.Management.Automation.RunspaceMode]::NewRunspace)
    $null = $shell.AddScript("`$ErrorActionPreference = 'Stop'; Import-Module '$ModulePath'").Invoke()
    $shell.Commands.Clear()
    $shell
}

# Runs a script in such a runspace.
function Invoke-Shell {
    param(
        [powershell] $Shell,
        [string] $Script,
        [object[]] $ArgumentList = @()
    )

    $null = $Shell.AddScript($Script)
    foreach ($argument in $ArgumentList) {
        $null = $Shell.AddArgument($argument)
    }
    try {
        $Shell.Invoke()
    }
    finally {
        $Shell.Commands.Clear()
    }
}

function Close-Shell {
    param([powershell] $Shell)

    $Shell.Runspace.Dispose()
    $Shell.Dispose()
}

# A secret as a text, and a text as a secret.
function Get-PlainText {
    param([securestring] $Secret)

    [System.Net.NetworkCredential]::new('', $Secret).Password
}

function Protect-Text {
    param([string] $Text)

    [System.Net.NetworkCredential]::new('', $Text).SecurePassword
}

# The error that a script block ends with.
function Get-ErrorRecord {
    param([scriptblock] $Script)

    try {
        $null = & $Script -ErrorAction Stop
    }
    catch {
        return $_
    }
    throw 'There was no error.'
}

# A process of its own that listens to a simulated OneCloud, with what else Connect-PbxEvents takes, and writes down each missed call that it
# is told. It is ready when this returns.
function Open-Listener {
    param(
        $Simulator,
        [string] $Folder,
        [string] $Name,
        [string] $StatePath,
        [string] $Journal,
        [string] $ConnectionName = 'listener'
    )

    $login = Join-Path $Folder 'login.xml'
    $Simulator.Credential | Export-Clixml $login
    $client = Join-Path $Folder 'client.xml'
    $Simulator.ClientCredential | Export-Clixml $client
    $more = ($StatePath ? " -StatePath '$StatePath'" : '') + ($Journal ? " -Journal '$Journal'" : '')
    $script = Join-Path $Folder "$Name.ps1"
    Set-Content $script "
        `$ErrorActionPreference = 'Stop'
        Import-Module '$ModulePath'
        `$login = @{ Credential = Import-Clixml '$login'; ClientCredential = Import-Clixml '$client' }
        `$null = Connect-PbxEvents OneCloud '$($Simulator.Server)' -Domain '$($Simulator.Domain)' -Name '$ConnectionName' @login $more
        `$null = Register-PbxSubscription Call -Extension 1001
        Set-Content '$Folder/$Name.ready' ''
        while (`$true) {
            `$call = Wait-PbxCall -Outcome Missed
            Add-Content '$Folder/$Name.told' `$call.CallId
        }"
    $start = @{
        FilePath               = $Pwsh
        ArgumentList           = '-NoProfile', '-NonInteractive', '-File', $script
        RedirectStandardOutput = "$Folder/$Name.out"
        RedirectStandardError  = "$Folder/$Name.err"
    }
    $process = Start-Process @start -PassThru
    Wait-Until { (Test-Path "$Folder/$Name.ready") -or $process.HasExited } 'the listener'
    if ($process.HasExited) {
        throw "It ended: $(Get-Content "$Folder/$Name.out", "$Folder/$Name.err")"
    }
    $process
}

# A vault in a module of its own, as Microsoft.PowerShell.SecretManagement would be.
function New-Vault {
    param([hashtable] $Secret)

    $folder = New-Item -ItemType Directory "$TestDrive/modules/FakeVault" -Force
    $Secret | Export-Clixml "$folder/secrets.xml"
    Set-Content "$folder/FakeVault.psm1" 'function Get-Secret { [CmdletBinding()] param($Name) (Import-Clixml "$PSScriptRoot/secrets.xml")[$Name] ?? $(throw "no secret $Name") }'
    New-ModuleManifest "$folder/FakeVault.psd1" -RootModule FakeVault.psm1 -FunctionsToExport Get-Secret
    $env:PSModulePath = (Split-Path $folder) + [System.IO.Path]::PathSeparator + $env:PSModulePath
}
