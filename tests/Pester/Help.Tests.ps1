BeforeDiscovery {
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $manifest = Import-PowerShellDataFile "$root/PbxEvents.psd1"
    $cmdlets = $manifest.CmdletsToExport | ForEach-Object { @{ Cmdlet = $_; Page = "$root/docs/en-US/$_.md" } }

    # The examples of the pages: a heading and the block of code under it. One that cannot run on the simulator says so.
    $examples = foreach ($page in $cmdlets) {
        if (-not (Test-Path $page.Page)) { continue }
        foreach ($match in [regex]::Matches((Get-Content $page.Page -Raw), '(?ms)^### (Example \d+: [^\n]*)\n+```powershell\n(.*?)\n```')) {
            # Installing a service changes the machine, and is tried in Service.Tests.ps1.
            if ($match.Groups[1].Value -notmatch '\(needs (a real PBX|root|a database)\)$') {
                @{ Cmdlet = $page.Cmdlet; Title = $match.Groups[1].Value; Code = $match.Groups[2].Value }
            }
        }
    }
    # The topics, each with its indented blocks of code. The topics of the platforms show lines for a real PBX, that of workers for a database; Worker.Tests.ps1 runs such lines.
    $platforms = 'OneCloud', 'PortSIP', 'RingCentral', 'TelecomX', 'Yeastar'
    $topics = foreach ($file in Get-ChildItem "$root/docs/en-US/about_*.md") {
        $blocks = [regex]::Matches((Get-Content $file -Raw), '(?m)(^ {4}[^\n]*(\n|\z)|(?<=\n {4}[^\n]*\n)\n(?= {4}))+')
        @{
            Topic  = $file.BaseName
            File   = $file.FullName
            Code   = ($blocks.Value -join "`n") -replace '(?m)^ {4}'
            IsReal = $file.BaseName.Substring('about_PbxEvents'.Length).TrimStart('_') -in $platforms + 'Workers'
        }
    }
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
}

Describe 'The help of <Cmdlet>' -ForEach $cmdlets {
    BeforeAll {
        $text = Get-Content $Page -Raw
        $help = Get-Help $Cmdlet -Full
        $usual = [System.Management.Automation.Cmdlet]::CommonParameters
        $parameters = (Get-Command $Cmdlet).Parameters.Keys | Where-Object { $_ -notin $usual } | Sort-Object
    }

    It 'has a page with exactly its parameters, all described' {
        $described = [regex]::Matches($text, '(?m)^### -(\w+)\r?\n\r?\n(?!```)\S')
        $described.ForEach({ $_.Groups[1].Value }) | Sort-Object | Should -Be $parameters
        $text | Should -Not -Match '\{\{'
    }

    It 'has three examples that run on the simulator' {
        @($examples).Where({ $_.Cmdlet -eq $Cmdlet }).Count | Should -BeGreaterOrEqual 3
    } -TestCases @{ Cmdlet = $Cmdlet; examples = $examples }

    It 'is what Get-Help shows' {
        $help.Synopsis | Should -Be ([regex]::Match($text, '## SYNOPSIS\s+(.*?)\s+## ').Groups[1].Value)
        $help.parameters.parameter.name | Sort-Object | Should -Be $parameters
        foreach ($parameter in $help.parameters.parameter) {
            $parameter.description.Text | Should -Not -BeNullOrEmpty -Because $parameter.name
        }
        @($help.examples.example).Count | Should -BeGreaterOrEqual 3
        foreach ($example in $help.examples.example) {
            $example.code | Should -Not -BeNullOrEmpty -Because $example.title
            $example.code | Should -Not -BeLike '*```*'
        }
    }

    It 'has only examples that parse' {
        foreach ($example in $help.examples.example) {
            $errors = $null
            $null = [System.Management.Automation.Language.Parser]::ParseInput($example.code, [ref]$null, [ref]$errors)
            $errors | Should -BeNullOrEmpty -Because $example.code
        }
    }
}

Describe 'Each example' {
    BeforeAll {
        # Nobody is here to type.
        function Get-Credential { param([string] $UserName) [pscredential]::new($UserName, (Protect-Text 'a-password')) }
    }

    BeforeEach {
        # Some write a file where they stand.
        Push-Location $TestDrive
        $null = Start-PbxSimulator TelecomX | Connect-PbxEvents
        $null = Register-PbxSubscription Call, Queue, Agent, Presence, Registration
    }

    AfterEach {
        Close-Bench
        Pop-Location
    }

    It 'runs: <Cmdlet>, <Title>' -ForEach $examples {
        # One that opens its own simulator has the session to itself, as its notes say.
        if ($Code -match 'Start-PbxSimulator') { Close-Bench }
        $shown = [System.Collections.Generic.List[object]]::new()
        $script = [scriptblock]::Create("`$ErrorActionPreference = 'Stop'`n$Code")
        & $script 6> $null 3> $null | ForEach-Object { $shown.Add($_) }
        # One whose last line waits for something must have found it.
        if ($Code -match '(?m)^Wait-\S+[^|\n]*\z') {
            $shown | Should -Not -BeNullOrEmpty
        }
    }
}

Describe 'The topic <Topic>' -ForEach $topics {
    BeforeEach {
        Push-Location $TestDrive
    }

    AfterEach {
        Close-Bench
        Pop-Location
    }

    It 'is found by Get-Help' {
        Get-Help $Topic | Should -BeLike "# $Topic*"
        (Get-Help about_PbxEvents*).Where({ $_.Name -eq $Topic }).Synopsis | Should -Not -BeNullOrEmpty
    }

    It 'is text that a terminal can show' {
        $lines = (Get-Help $Topic) -split '\r?\n'
        $lines | Where-Object { $_ -match '^\||\| *---' } | Should -BeNullOrEmpty -Because 'that is a table of Markdown'
        $lines.Count | Should -BeGreaterThan 20
    }

    It 'names only topics and cmdlets that exist' {
        $text = Get-Content $File -Raw
        $known = @((Get-Help about_PbxEvents*).Name) + (Get-Command -Module PbxEvents).Name
        $named = [regex]::Matches($text, '\babout_PbxEvents\w*|\b[A-Z][a-z]+-Pbx\w+').Value | Sort-Object -Unique
        $named | Where-Object { $_ -notin $known } | Should -BeNullOrEmpty
    }

    It 'has code that runs, or for a real PBX at least parses and names real parameters' {
        $errors = $null
        $ast = [System.Management.Automation.Language.Parser]::ParseInput($Code, [ref]$null, [ref]$errors)
        $errors | Should -BeNullOrEmpty
        foreach ($command in $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
            $info = Get-Command $command.GetCommandName() -ErrorAction Ignore
            if ($info.ModuleName -ne 'PbxEvents') { continue }
            foreach ($element in $command.CommandElements) {
                if ($element -is [System.Management.Automation.Language.CommandParameterAst]) {
                    { $info.ResolveParameter($element.ParameterName) } | Should -Not -Throw -Because $element.ParameterName
                }
            }
        }
        if ($Code -match '(?m)^Describe ') {
            # A test file: Pester runs it, apart from this one.
            Set-Content ./Topic.Tests.ps1 $Code
            $line = "`$env:PSModulePath += '$([System.IO.Path]::PathSeparator)$(Split-Path (Split-Path $ModulePath))'; " +
                "`$result = Invoke-Pester ./Topic.Tests.ps1 -PassThru; exit `$result.FailedCount + (`$result.PassedCount -lt 4)"
            $said = & $Pwsh -NoProfile -NonInteractive -Command $line *>&1
            $LASTEXITCODE | Should -Be 0 -Because ($said | Out-String)
        }
        elseif (-not $IsReal) {
            & ([scriptblock]::Create("`$ErrorActionPreference = 'Stop'`n$Code")) 6> $null | Out-Null
        }
    }
}

Describe 'The first topic' {
    It 'names every cmdlet' {
        $text = Get-Content "$root/docs/en-US/about_PbxEvents.md" -Raw
        (Get-Command -Module PbxEvents).Name | Where-Object { $text -notmatch "\b$_\b" } | Should -BeNullOrEmpty
    }

    It 'is right about the exit code of a script that cannot connect' {
        $line = 'Connect-PbxEvents TelecomX http://127.0.0.1:9 -Credential ([pscredential]::new("u", [System.Net.NetworkCredential]::new("", "p").SecurePassword)) 2>$null'
        foreach ($case in @{ First = '$ErrorActionPreference = "Stop"'; Code = 1 }, @{ First = ''; Code = 0 }) {
            $file = Join-Path $TestDrive 'script.ps1'
            Set-Content $file "$($case.First)`nImport-Module '$ModulePath'`n$line`n'went on'"
            $said = & $Pwsh -NoProfile -NonInteractive -File $file 2>&1
            $LASTEXITCODE | Should -Be $case.Code
            "$said" -like '*went on*' | Should -Be ($case.Code -eq 0)
        }
    }
}

Describe 'The help of an example' {
    It 'is what Get-Help shows: <_>' -ForEach @(Get-ChildItem "$PSScriptRoot/../../examples/*.ps1" | ForEach-Object Name) {
        $help = Get-Help "$root/examples/$_" -Full
        $help.Synopsis | Should -Not -BeLike "*$_*" -Because 'that is what PowerShell says of a script without help'
        $help.Description | Should -Not -BeNullOrEmpty
    }
}

Describe 'The table of errors' {
    It 'has every id, each once, and no other' {
        $ids = [regex]::Matches((Get-Content "$root/docs/en-US/about_PbxEvents_Errors.md" -Raw), '(?m)^\| ([A-Z]\w+) \| (?!What happened)').ForEach({
                $_.Groups[1].Value
            })
        $source = Get-Content "$root/src/PbxEvents.Module/Errors/ModuleErrors.cs" -Raw
        $own = [regex]::Matches($source, 'nameof\(SR\.(\w+)\)').ForEach({ $_.Groups[1].Value })
        $own.Count | Should -BeGreaterThan 10
        $ids | Sort-Object | Should -Be ([enum]::GetNames([PbxEvents.PbxErrorKind]) + $own | Sort-Object)
    }
}

Describe 'The help as it ships' {
    It 'answers Get-Help Connect-PbxEvents -Examples in a fresh session' {
        $line = "Import-Module '$ModulePath'; Get-Help Connect-PbxEvents -Examples | Out-String -Width 200"
        $shown = & $Pwsh -NoProfile -NoLogo -Command $line
        $shown -join "`n" | Should -Match 'Example 1'
        $shown -join "`n" | Should -Match 'Start-PbxSimulator TelecomX'
    }

    # A unit test sees by a hash what is stale; this sees what was changed by hand.
    It 'is compiled from the pages as they are (./build.sh docs)' {
        if (-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS | Where-Object { $_.Version.Major -eq 1 })) {
            Set-ItResult -Skipped -Because 'the module Microsoft.PowerShell.PlatyPS 1.x is not here'
        }
        $fresh = Join-Path $TestDrive 'help.xml'
        $null = & $Pwsh -NoProfile -NoLogo -File "$root/build/Tasks/Docs.ps1" -Path $fresh
        (Get-Content "$root/module/en-US/PbxEvents.Module.dll-Help.xml" -Raw) | Should -BeExactly (Get-Content $fresh -Raw)
    }
}
