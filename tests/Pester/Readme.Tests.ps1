# What README and topics print is run here as it stands there.

BeforeDiscovery {
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $readme = (Get-Content "$root/README.md" -Raw).Replace("`r", '')
    $hasTerminal = $null -ne (Get-Command tmux -CommandType Application -ErrorAction Ignore)

    # The quick starts for a real PBX, with what is played to each and what it then says.
    $plays = @{
        OneCloud    = @{ Scenario = 'Answered'; Says = '+4511111111 rings 1001.' }
        PortSIP     = @{ Scenario = 'QueueAbandoned'; Says = '+4511111111 gave up in queue 4020 after * s.' }
        RingCentral = @{ Scenario = 'Voicemail'; Says = '+4511111111 left 1001 a message.' }
        TelecomX    = @{ Scenario = 'Missed'; Says = 'Call +4511111111 back, 1001 did not answer.' }
        Yeastar     = @{ Scenario = 'TrunkDown'; Says = 'T1 is not registered any more.' }
    }
    $starts = foreach ($match in [regex]::Matches($readme, '(?ms)^```powershell\n(Connect-PbxEvents (\w+).*?)\n```')) {
        $provider = $match.Groups[2].Value
        @{ Provider = $provider; Code = $match.Groups[1].Value; Scenario = $plays[$provider].Scenario; Says = $plays[$provider].Says }
    }

    # The lines for a real PBX in the topics, and the examples of the help that need one.
    $lines = foreach ($provider in $plays.Keys | Sort-Object) {
        $text = Get-Content "$root/docs/en-US/about_PbxEvents_$provider.md" -Raw
        $code = [regex]::Matches($text, '(?m)^ {4}(\S[^\r\n]*)').ForEach({ $_.Groups[1].Value })
        @{ From = "about_PbxEvents_$provider"; Provider = $provider; Line = $code }
    }
    foreach ($page in Get-ChildItem "$root/docs/en-US/*-*.md") {
        $text = (Get-Content $page -Raw).Replace("`r", '')
        foreach ($match in [regex]::Matches($text, '(?ms)^### (Example \d+): [^\n]*\(needs a real PBX\)\n+```powershell\n(.*?)\n```')) {
            $code = $match.Groups[2].Value
            if ($code -notmatch 'Connect-PbxEvents') {
                $code = "Connect-PbxEvents RingCentral -ClientCredential (Get-Secret RingCentralApp) -Jwt (Get-Secret RingCentralJwt)`n$code"
            }
            $lines += @{ From = "$($page.BaseName), $($match.Groups[1].Value)"; Provider = 'RingCentral'; Line = @($code) }
        }
    }
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Terminal.ps1
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $readme = (Get-Content "$root/README.md" -Raw).Replace("`r", '')

    # A vault that every runspace finds, as it finds Microsoft.PowerShell.SecretManagement, and somebody who answers Get-Credential.
    $vault = (New-Item -ItemType Directory "$TestDrive/vault/PbxTestVault").FullName
    @'
function Get-Secret { param($Name) [AppDomain]::CurrentDomain.GetData('PbxTestVault')[$Name] }
function Get-Credential { [AppDomain]::CurrentDomain.GetData('PbxTestVault')['Typed'] }
'@ | Set-Content "$vault/PbxTestVault.psm1"
    New-ModuleManifest "$vault/PbxTestVault.psd1" -RootModule PbxTestVault.psm1 -FunctionsToExport Get-Secret, Get-Credential
    $pathBefore = $env:PSModulePath
    $env:PSModulePath = (Split-Path $vault) + [System.IO.Path]::PathSeparator + $pathBefore

    # A simulated PBX in the place of the real one that the code speaks of, its secrets in the vault.
    function Open-Stage {
        param([string] $Provider)

        $pbx = Start-PbxSimulator $Provider
        [AppDomain]::CurrentDomain.SetData('PbxTestVault', @{
                Typed          = $pbx.Credential
                OneCloudUser   = $pbx.Credential
                OneCloudApp    = $pbx.ClientCredential
                OneCloudToken  = $pbx.AccessToken
                RingCentralApp = $pbx.ClientCredential
                RingCentralJwt = $pbx.Jwt
                TelecomX       = $pbx.AccessToken
                Yeastar        = $pbx.Credential
            })
        $pbx
    }

    # The same code with the address of the simulator.
    function Convert-Address {
        param([string] $Code, $Pbx)

        $Code -replace ' -Server \S+' -replace ' -(Domain|Customer) \S+', " -Domain $($Pbx.Domain)" -replace
            '(Connect-PbxEvents \w+)', "`$1 -Server $($Pbx.Server)"
    }
}

AfterAll {
    Remove-Module PbxTestVault -ErrorAction Ignore
    $env:PSModulePath = $pathBefore
}

Describe 'The README' {
    BeforeAll {
        function Open-Tool {
            param([string] $Line, [hashtable] $Environment = @{})

            $start = [System.Diagnostics.ProcessStartInfo]::new('dotnet', $Line)
            $start.WorkingDirectory = $root
            $start.RedirectStandardOutput = $true
            $Environment.GetEnumerator() | ForEach-Object { $start.Environment[$_.Key] = $_.Value }
            [System.Diagnostics.Process]::Start($start)
        }

        # Reads what it says up to a line that matches. It has to come in time, and before the tool ends.
        function Read-Tool {
            param([System.Diagnostics.Process] $Tool, [string] $Pattern)

            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $lines = [System.Collections.Generic.List[string]]::new()
            do {
                $read = $Tool.StandardOutput.ReadLineAsync()
                if (-not $read.Wait([math]::Max(0, 1000 * $Patience - $watch.ElapsedMilliseconds)) -or $null -eq $read.Result) {
                    throw "No $Pattern within $Patience s, or before the end: $lines"
                }
                $lines.Add($read.Result)
            } until ($read.Result -match $Pattern)
            [pscustomobject]@{ Text = $lines -join "`n"; Match = $Matches[1] }
        }
    }

    It 'has a quick start of five lines for each platform' -TestCases @{ starts = $starts } {
        $starts.Provider | Sort-Object | Should -Be 'OneCloud', 'PortSIP', 'RingCentral', 'TelecomX', 'Yeastar'
        $starts.ForEach({ ($_.Code -split "`n").Count }) | Should -Be 5, 5, 5, 5, 5
    }

    It 'names tasks that the build has' {
        $known = [regex]::Matches((Get-Content "$root/build/Program.cs" -Raw), 'new\("(\w+)",').ForEach({ $_.Groups[1].Value }) + 'help'
        foreach ($page in Get-ChildItem "$root/README.md", "$root/CHANGELOG.md", "$root/docs/en-US/*.md") {
            $named = [regex]::Matches((Get-Content $page -Raw), '(?i)build\.(?:sh|ps1 -Task) (\w+)').ForEach({ $_.Groups[1].Value })
            $named | Where-Object { $_ -notin $known } | Should -BeNullOrEmpty -Because $page.Name
        }
    }

    It 'shows a demo that files its ticket' {
        $said = & $Pwsh -NoProfile -NoLogo -NonInteractive -File "$root/examples/Demo.ps1"
        $LASTEXITCODE | Should -Be 0
        $said -join "`n" | Should -Match 'Filed ticket 1\.'
    }

    It 'leads a new user from nothing to a ticket, typed line by line' -Skip:(-not $hasTerminal) {
        $first, $last = $readme.IndexOf("`n## Five minutes"), $readme.IndexOf("`n## With your PBX")
        $blocks = [regex]::Matches($readme.Substring($first, $last - $first), '(?ms)^```powershell\n(.*?)\n```').ForEach({ $_.Groups[1].Value })
        # What stands on the screen after each block.
        $shown = @(
            'Active +Call'
            'CALL_END +Answered'
            'Outcome +: Missed'
            '(?s)(call \+4511111111 back.*){3}'
            '1001 did not answer'
            'Missed call from .*\+4511111111'
            'done-'
        )
        $blocks.Count | Should -Be $shown.Count
        # What the page writes stays in a folder of the test, which looks like the clone.
        $clone = (New-Item -ItemType Directory "$TestDrive/clone/out").Parent.FullName
        $null = New-Item -ItemType SymbolicLink "$clone/examples" -Target "$root/examples"
        $null = New-Item -ItemType SymbolicLink "$clone/out/PbxEvents" -Target "$root/out/PbxEvents"
        $terminal = Open-Terminal
        try {
            Invoke-Line $terminal "Set-Location '$clone'"
            for ($i = 0; $i -lt $blocks.Count; $i++) {
                Invoke-Line $terminal 'Clear-Host'
                $blocks[$i] -split "`n" | ForEach-Object { Invoke-Line $terminal $_ }
                Wait-Screen $terminal $shown[$i]
                Get-Screen $terminal | Should -Not -Match 'Line \|'
            }
        }
        finally {
            Close-Terminal $terminal
        }
        (Get-PbxReaction tickets -Journal "$clone/out/pbx.db").Done | Should -Be 1
    }

    It 'shows the tool: a simulated PBX, and its events as JSON lines' {
        $code = [regex]::Matches($readme, '(?m)^dotnet (out/tool/.*)$').ForEach({ $_.Groups[1].Value })
        $code | Should -HaveCount 2
        # The port of the page may be taken here.
        $code[0] | Should -BeLike '* --port 5060 *'
        $code[1] | Should -BeLike '* http://127.0.0.1:5060 *'
        $pbx = Open-Tool $code[0].Replace(' --port 5060', '')
        try {
            $said = Read-Tool $pbx '^ +password +(\S+)'
            $server = [regex]::Match($said.Text, 'listens at (\S+)').Groups[1].Value
            $listener = Open-Tool $code[1].Replace('http://127.0.0.1:5060', $server) @{ PBXEVENTS_PASSWORD = $said.Match }
            (Read-Tool $listener '"outcome":"(Missed)"').Match | Should -Be 'Missed'
        }
        finally {
            $pbx, $listener | Where-Object { $_ } | ForEach-Object {
                $_.Kill()
                $_.Dispose()
            }
        }
    }
}

Describe 'The quick start for <Provider>' -ForEach $starts {
    BeforeAll {
        # By its places: who enumerates the output of a script that still runs waits for its end.
        function Read-Said {
            param($Output)

            , @(for ($i = 0; $i -lt $Output.Count; $i++) { $Output[$i] })
        }
    }

    AfterEach {
        Close-Bench
    }

    It 'says what it should when somebody calls' {
        $pbx = Open-Stage $Provider
        $shell = Open-Shell
        try {
            $nothing = [System.Management.Automation.PSDataCollection[object]]::new()
            $said = [System.Management.Automation.PSDataCollection[object]]::new()
            $null = $shell.AddScript("Import-Module PbxTestVault`n$(Convert-Address $Code $pbx)").BeginInvoke($nothing, $said)
            Wait-Until { (Read-Said $said).Where({ $_ -is [PbxEvents.PbxSubscription] }) -or $shell.InvocationStateInfo.State -ne 'Running' } 'a subscription'
            $null = Invoke-PbxSimulation $Scenario -Simulator $pbx -Pace 100
            Wait-Until { (Read-Said $said) -like $Says -or $shell.InvocationStateInfo.State -ne 'Running' } $Says
            $shell.InvocationStateInfo.Reason | Should -BeNullOrEmpty
            $shell.HadErrors | Should -BeFalse
            (Read-Said $said) -like $Says | Should -HaveCount 1
        }
        finally {
            $shell.Stop()
            Close-Shell $shell
        }
    }
}

Describe 'The lines for a real PBX in <From>' -ForEach $lines {
    BeforeEach {
        # What they write stays in a folder of the test.
        Push-Location $TestDrive
    }

    AfterEach {
        if (Get-PbxJournal) { Unregister-PbxReaction * }
        Close-Bench
        Pop-Location
    }

    It 'run' {
        Import-Module PbxTestVault
        $pbx = Open-Stage $Provider
        foreach ($code in $Line) {
            & ([scriptblock]::Create("`$ErrorActionPreference = 'Stop'`n$(Convert-Address $code $pbx)")) | Should -Not -BeNullOrEmpty
        }
    }
}
