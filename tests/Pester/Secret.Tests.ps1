BeforeAll {
    . $PSScriptRoot/Support.ps1

    # Connects to a platform's simulator in every way that it knows, with right and with wrong secrets, and runs every cmdlet,
    # in a process of its own with every stream and a transcript on. What the process wrote, in whatever way, is for
    # Receive-Marked to tell, and the secrets that it used.
    function Open-Marked {
        param([string] $Provider)

        $folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive $Provider)).FullName
        $script = @'
param($modulePath, $provider, $folder)

Import-Module $modulePath
$plain = { param($secret) if ($secret) { [System.Net.NetworkCredential]::new('', $secret).Password } }
$mark = { param($text) [System.Net.NetworkCredential]::new('', "MARK-$text-7f3a").SecurePassword }
$simulator = Start-PbxSimulator $provider -Verbose -Debug
$known = @($simulator.Credential, $simulator.ClientCredential).ForEach{ $_ ? $_.GetNetworkCredential().Password : $null }
$known += (& $plain $simulator.AccessToken), (& $plain $simulator.Jwt)
[System.IO.File]::WriteAllLines("$folder/known.txt", [string[]]($known.Where{ $_ }))

# Whatever can be made of an object that a cmdlet gave out. A simulator is asked for its sample password on purpose.
function Show {
    param([Parameter(ValueFromPipeline)] $Object)

    process {
        "$Object"
        $Object | Out-String -Width 300
        $Object | Format-List | Out-String -Width 300
        if ($Object -is [PbxEvents.Simulator.PbxSimulator]) { return }
        $Object | Format-List * -Force | Out-String -Width 300
        $Object | ConvertTo-Json -Depth 2 -WarningAction Ignore
        $Object | ConvertTo-Csv | Out-String
        [System.Management.Automation.PSSerializer]::Serialize($Object, 2)
    }
}

# Runs a line, with everything that it says; its failure is shown from all sides.
function Step {
    param([scriptblock] $Line)

    try { & $Line | Select-Object -Last 2 | Show }
    catch {
        "FAILED $Line"
        $_ | Format-List * -Force
        for ($exception = $_.Exception; $exception; $exception = $exception.InnerException) {
            $exception | Format-List * -Force
            "$exception"
            $exception.Data | Out-String
        }
        $_.ErrorDetails, $_.TargetObject, $_.CategoryInfo, $_.InvocationInfo | Out-String
    }
}

$simulator | Show
$DebugPreference = $VerbosePreference = $InformationPreference = 'Continue'
$null = Start-Transcript "$folder/transcript.txt"

$server = @{ Provider = $provider; Server = $simulator.Server; Timeout = 15; Verbose = $true; Debug = $true }
$user = @{}
if ($simulator.Credential) { $user.Credential = $simulator.Credential }
if ($simulator.ClientCredential) { $user.ClientCredential = $simulator.ClientCredential }
if ($simulator.Jwt) { $user.Jwt = $simulator.Jwt }
if ($provider -eq 'PortSIP') { $user.Domain = $simulator.Domain }
$domain = $simulator.Domain ? @{ Domain = $simulator.Domain } : @{}

$ways = [System.Collections.Generic.List[hashtable]]::new()
$ways.Add($user)
if ($simulator.AccessToken) {
    $ways.Add(@{ AccessToken = $simulator.AccessToken } + $domain)
    $ways.Add(@{ TokenProvider = [scriptblock]::Create("[System.Net.NetworkCredential]::new('', '$(& $plain $simulator.AccessToken)').SecurePassword") } + $domain)
}
$ways.Add(@{ AccessToken = & $mark 'token' } + $domain)
$ways.Add(@{ TokenProvider = { [System.Net.NetworkCredential]::new('', 'MARK-provided-7f3a').SecurePassword } } + $domain)
$ways.Add(@{ TokenProvider = { throw 'The vault is locked.' } } + $domain)
foreach ($name in @($user.Keys) -ne 'Domain') {
    $wrong = $user.Clone()
    $wrong[$name] = $name -eq 'Jwt' ? (& $mark 'jwt') : [pscredential]::new($user[$name].UserName, (& $mark $name))
    $ways.Add($wrong)
}

Step { Open-PbxJournal "$folder/journal/kept.db" -Verbose -Debug -ErrorAction Stop }
# A port where nothing listens.
Step { Open-PbxJournal -Server 127.0.0.1 -Port 9 -Database pbx -SslMode Require -Credential ([pscredential]::new('keeper', (& $mark 'database'))) -Verbose -Debug -ErrorAction Stop }
$number = 0
$wasToured = $false
foreach ($way in $ways) {
    $number++
    try {
        $connection = Connect-PbxEvents @server @way -Name "way$number" -TracePath "$folder/trace$number.txt" -ErrorAction Stop
        "CONNECTED $($way.Keys)"
        $loud = @{ Verbose = $true; Debug = $true; ErrorAction = 'Stop' }
        $calls = $provider -in 'OneCloud', 'PortSIP' ? @{ Extension = '1001' } : @{}
        $connection | Show
        if ($wasToured) { continue }
        $wasToured = $true
        Step { Register-PbxSubscription Call @calls -Action { "$Event"; $Event } @loud }
        Step { Register-PbxSubscription Call @calls -Action { throw 'the action failed' } @loud }
        Step { Register-PbxSubscription -Topic 'no such topic' @loud }
        Step { Get-PbxSubscription @loud }
        Step { Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0 @loud }
        Step { Wait-PbxEvent Call -Timeout 10 @loud }
        Step { Wait-PbxCall -Outcome Missed -Timeout 10 @loud }
        Step { Get-PbxEvent -Last 5 @loud }
        Step { @(Get-PbxEvent; Get-PbxCall; Get-PbxConnection) | ConvertTo-PbxRecord @loud }
        Step { Clear-PbxEvent -Confirm:$false @loud }
        Step { Get-PbxEvent -Wait -Timeout 0.2 @loud }
        Step { Get-PbxEvent -Journal kept @loud }
        Step { Get-PbxJournal @loud }
        Step { Register-PbxReaction kept -StartAt Oldest -Category Call -MaxAttempts 1 -MessageData $user -Action {
                Invoke-PbxStep one { "$_" }
                throw "the action failed for $($_.CallId)"
            } @loud }
        Step { Wait-PbxReaction -UntilIdle -Timeout 20 @loud }
        Step { Get-PbxReaction @loud }
        Step { Test-PbxConnection -MaxSilence 0:00:00.0001 -MaxLag 0 -MaxDeadLetters 0 @loud; Test-PbxConnection -Quiet @loud }
        Step { Wait-PbxReaction -LogPath "$folder/wait.log" -Timeout 0.5 @loud }
        Step {
            Register-PbxAlert trouble -MaxDowntime 0 -MaxDeadLetters 0 -MessageData $user { "$_"; throw 'the alert failed' } @loud
            [System.Threading.Thread]::Sleep(1500)
            Get-PbxAlert @loud
            Unregister-PbxAlert trouble @loud
        }
        function Get-Secret { param($Name) [pscredential]::new($Name, (& $mark 'vault')) }
        Set-Content "$folder/listener.psd1" @"
@{
    Connections   = @{ Name = 'filed'; Provider = '$provider'; Server = '$($simulator.Server)'; Credential = 'someone'; Timeout = 5 }
    Subscriptions = @{ Category = 'Queue' }
}
"@
        Step { Test-PbxListener "$folder/listener.psd1" @loud }
        Step { Start-PbxListener "$folder/listener.psd1" @loud }
        Step { Set-Content "$folder/service.ps1" ''; Install-PbxService tickets "$folder/service.ps1" -User pbx -Folder $folder @loud }
        Step { Get-PbxService -Folder $folder @loud }
        Step { Uninstall-PbxService tickets -Folder $folder -Confirm:$false @loud }
        Step { Get-PbxExample @loud }
        # A port where nothing listens, and a server that refuses: the addresses and passwords are in neither error.
        Step { Get-PbxCall | Send-PbxNotification -Slack 'x' -Address (& $mark 'nowhere') @loud }
        # Made before, as a line that fails is shown.
        $webhook = [System.Net.NetworkCredential]::new('', ('https://localhost:9/{0}-path?sig={0}-sig' -f 'MARK')).SecurePassword
        Step { Get-PbxCall | Send-PbxNotification -Teams 'x' -Address $webhook @loud }
        Step { Get-PbxCall | Send-PbxNotification -Webhook -Uri http://localhost:9 'x' -SigningSecret (& $mark 'signing') @loud }
        Step { Get-PbxCall | Send-PbxNotification -Mail -Server localhost -Port 9 -From a@pbx.test -To b@pbx.test -Subject x y -Credential ([pscredential]::new('u', (& $mark 'mail'))) @loud }
        Step { Get-PbxCall | New-PbxTicket RequestTracker http://localhost:9 -Group q -Secret (& $mark 'desk') @loud }
        Step { Get-PbxCall | New-PbxTicket Zammad http://localhost:9 -Group q -Requester a@pbx.test -Credential ([pscredential]::new('u', (& $mark 'zammad'))) @loud }
        Step { Get-PbxDeadLetter @loud }
        Step { Get-PbxDeadLetter @loud | Select-Object -First 1 | Restart-PbxDeadLetter @loud }
        Step { Restart-PbxReaction kept -Since today @loud }
        Step { Suspend-PbxReaction kept @loud; Resume-PbxReaction kept @loud }
        Step { Get-PbxDeadLetter @loud | Remove-PbxDeadLetter @loud }
        Step { Test-PbxReaction -Category Call -MaxEvents 2 { "$_" } @loud }
        Step { Invoke-PbxStep one { 1 } @loud }
        Step { Unregister-PbxReaction kept @loud }
        Step { Remove-PbxReaction kept -Confirm:$false @loud }
        Step { Get-PbxCall | Test-PbxSchedule (New-PbxSchedule office -Hours 8-17 @loud) @loud }
        Step { Import-PbxContact -Lookup { 'somebody' } @loud; Get-PbxCall @loud; Get-PbxContact @loud; Get-PbxCallback @loud; Clear-PbxContact @loud }
        Step { Measure-PbxCall -By Queue, Hour, Extension, Day @loud; Export-PbxReport "$folder/report.html" @loud; Get-Content "$folder/report.html" }
        Step {
            $page = Start-PbxDashboard @loud
            Get-PbxDashboard @loud
            [System.Threading.Thread]::Sleep(500)
            Invoke-WebRequest $page.Address -SkipHttpErrorCheck
            Stop-PbxDashboard -Confirm:$false @loud
        }
        Step { Get-PbxCall | ConvertTo-PbxNumber -Country DK @loud }
        Step { Get-PbxCall @loud }
        Step { Get-PbxCallRecord @loud }
        Step { Get-PbxQueue @loud; Get-PbxAgent @loud; Get-PbxPresence @loud; Get-PbxRegistration @loud }
        Step { Watch-PbxCall -Timeout 0.5 @loud }
        Step { Watch-PbxQueue -Timeout 0.5 @loud }
        Step { Send-PbxRequest CommunicatorGetStatus -To nobody -Timeout 0.5 -Confirm:$false @loud }
        Step { Send-PbxRequest GET /restapi/v1.0/account/~ -Timeout 2 -Confirm:$false @loud }
        Step { Invoke-PbxSimulation Request -Simulator $simulator -Pace 0 @loud }
        Step { Wait-PbxEvent -Name REQUEST -Timeout 0.5 @loud | Send-PbxReply -Data @{ status = 'here' } @loud }
        Step { Get-PbxEvent -Last 1 | Send-PbxReply -Data @{ status = 'here' } @loud }
        Step { Get-PbxEventType -Provider $provider @loud | Select-Object -First 1 }
        Step { Restart-PbxAction @loud }
        Step { Suspend-PbxAction @loud }
        Step { Resume-PbxAction @loud }
        foreach ($fault in 'Malformed', 'ExpireToken', 'Drop', 'Refuse') {
            Step { Invoke-PbxSimulation -Fault $fault -Simulator $simulator @loud }
        }
        Step { Invoke-PbxSimulation -ClearFaults -Simulator $simulator @loud }
        Step { Get-PbxConnection @loud }
        Step { Select-PbxConnection "way$number" -PassThru @loud }
        Step { Get-PbxSubscription | Unregister-PbxSubscription @loud }
        Step { Get-PbxEvent -Connection 'no such connection' @loud }
        $connection | Show
    }
    catch {
        "REFUSED $($way.Keys)"
        $_ | Format-List * -Force
        $_.Exception | Format-List * -Force
        "$($_.Exception)"
        $_.ErrorDetails, $_.TargetObject, $_.CategoryInfo | Out-String
    }
    finally {
        Get-PbxConnection | Disconnect-PbxEvents -Verbose -Debug -Confirm:$false
    }
}
Get-Error -Newest 5
$Error.ForEach{ "$_"; "$($_.Exception)"; "$($_.Exception.Data.Values)"; $_.TargetObject | Out-String }
Get-ChildItem Env: | Out-String -Width 2000
[Environment]::GetCommandLineArgs()
if ($IsLinux) { [System.IO.File]::ReadAllText('/proc/self/cmdline') }
Get-PbxConnection | Format-List * -Force
Step { Close-PbxJournal -PassThru -Verbose -Debug -Confirm:$false -ErrorAction Stop }
Step { Get-PbxEvent -Journal "$folder/journal/kept.db" -Verbose -Debug -ErrorAction Stop }
$null = Stop-Transcript
Stop-PbxSimulator -Simulator * -Confirm:$false
Remove-Module PbxEvents
'END'
'@
        $path = Join-Path $folder 'marked.ps1'
        Set-Content $path $script
        # Whatever is written beside what was asked for is written here.
        $homeFolder, $temp = 'home', 'temp' | ForEach-Object { (New-Item -ItemType Directory -Path (Join-Path $folder $_)).FullName }
        $start = @{
            FilePath               = $Pwsh
            ArgumentList           = '-NoProfile', '-NonInteractive', '-File', $path, $ModulePath, $Provider, $folder
            Environment            = @{ HOME = $homeFolder; TMPDIR = $temp; TEMP = $temp; TMP = $temp }
            RedirectStandardOutput = Join-Path $folder 'output.txt'
            RedirectStandardError  = Join-Path $folder 'error.txt'
        }
        [pscustomobject]@{ Folder = $folder; Script = $script; Process = Start-Process @start -PassThru }
    }

    # What such a process wrote, once it has ended.
    function Receive-Marked {
        param($Run)

        $Run.Process.WaitForExit(240000) | Should -BeTrue
        $folder = $Run.Folder
        $output = Get-Content (Join-Path $folder 'output.txt') -Raw
        $files = Get-ChildItem $folder -Recurse -File -Force -Exclude marked.ps1, known.txt
        [pscustomobject]@{
            Output  = $output
            Script  = $Run.Script
            Files   = $files
            Texts   = ($files | ForEach-Object { $all = @{} } {
                    # A file is read as what is in it may be kept: one byte or two for a character.
                    $all[$_.FullName] = [System.IO.File]::ReadAllText($_.FullName)
                    $all["$($_.FullName) (UTF-16)"] = [System.IO.File]::ReadAllText($_.FullName, [System.Text.Encoding]::Unicode)
                } { $all })
            Secrets = @(Get-Content (Join-Path $folder 'known.txt')) + 'MARK-'
        }
    }
}

Describe 'Secrets' {
    BeforeAll {
        $token = [regex]::new('(?<!PublicKey)(access_token|refresh_token|bearer|wsc|token)["'']?\s*[=:]\s*["'']?(?!\*|null|true|false)[a-z0-9._~+/-]{16}|Bearer [a-z0-9._~+/-]{12}', 'IgnoreCase, Compiled')
        # They wait most of the time, so they wait at the same time.
        $runs = @{}
        'TelecomX', 'OneCloud', 'RingCentral', 'PortSIP', 'Yeastar' | ForEach-Object { $runs[$_] = Open-Marked $_ }
    }

    AfterAll {
        $runs.Values.Process | Where-Object HasExited -EQ $false | Stop-Process
    }

    It 'are in no stream, error, object, transcript, trace or other file of <_>' -ForEach TelecomX, OneCloud, RingCentral, PortSIP, Yeastar {
        $run = Receive-Marked $runs[$_]
        foreach ($word in 'CONNECTED', 'REFUSED', 'FAILED', "END$([Environment]::NewLine)") {
            $run.Output.Contains($word) | Should -BeTrue -Because "there is $word in the output"
        }
        foreach ($command in Get-Command -Module PbxEvents) {
            $run.Script | Should -BeLike "*$($command.Name)*" -Because 'every cmdlet is run'
        }
        $run.Files.Name | Should -Contain 'transcript.txt'
        $run.Files.Name | Should -Contain 'trace1.txt'
        $run.Secrets.Count | Should -BeGreaterThan 1
        foreach ($name in $run.Texts.Keys) {
            $text = $run.Texts[$name]
            foreach ($secret in $run.Secrets) {
                $at = $text.IndexOf($secret, [StringComparison]::Ordinal)
                $around = $at -lt 0 ? '' : $text.Substring([Math]::Max(0, $at - 300), [Math]::Min(330, $text.Length - [Math]::Max(0, $at - 300)))
                $around | Should -BeNullOrEmpty -Because "$name holds a secret"
            }
            # Tokens that the platform made on the way are not known here; where they stand is.
            $found = $token.Match($text)
            $around = $found.Success ? $text.Substring([Math]::Max(0, $found.Index - 80), [Math]::Min(120, $text.Length - [Math]::Max(0, $found.Index - 80))) : ''
            $around | Should -BeNullOrEmpty -Because "$name holds a token"
        }
    }

    It 'are readable by their owner only where they are written' -Skip:$IsWindows {
        $simulator = Start-PbxSimulator RingCentral
        $trace = Join-Path $TestDrive 'mode-trace.txt'
        $state = Join-Path $TestDrive 'mode-state.json'
        $null = $simulator | Connect-PbxEvents -TracePath $trace -StatePath $state
        $null = Register-PbxSubscription Call
        $null = Invoke-PbxSimulation Missed -Pace 0
        $null = Wait-PbxCall -Outcome Missed -Timeout $Patience
        Wait-Until { Test-Path $state } 'the state'
        foreach ($path in $trace, $state) {
            (Get-Item $path).UnixFileMode | Should -Be ([System.IO.UnixFileMode]'UserRead, UserWrite')
        }
        Get-PbxConnection | Disconnect-PbxEvents
        Stop-PbxSimulator -Simulator * -Confirm:$false
    }
}
