BeforeDiscovery {
    # An error that a user can run into, and how.
    $cases = @(
        @{ Id = 'NoConnection'; Script = { Get-PbxCall @args } }
        @{ Id = 'NoSimulator'; Script = { Invoke-PbxSimulation Missed @args } }
        @{ Id = 'ConnectionNotFound'; Script = { Get-PbxCall -Connection nosuch @args } }
        @{ Id = 'SimulatorNotFound'; Script = { Stop-PbxSimulator nosuch @args } }
        @{ Id = 'EventTypeNotFound'; Script = { Get-PbxEventType CALL_STRAT @args } }
        @{ Id = 'InvalidOption'; Script = { Connect-PbxEvents Telegraph -Server localhost @args } }
        @{ Id = 'ConnectionRefused'; Script = { Connect-PbxEvents PortSIP -Server 127.0.0.1:9 -Credential $Nobody -Timeout 20 @args } }
        @{ Id = 'UnknownTimeZone'; Script = { Connect-PbxEvents TelecomX -TimeZone Moon/Base @args } }
        @{ Id = 'CallNotFound'; Bench = $true; Script = { Get-PbxCall -Call nosuch @args } }
        @{ Id = 'SubscriptionNotFound'; Bench = $true; Script = { Get-PbxSubscription -Id 999999 @args } }
        @{ Id = 'ConnectionNameInUse'; Bench = $true; Script = { $Bench.Simulator | Connect-PbxEvents -Name office @args } }
        @{ Id = 'OutcomeNeedsEnded'; Bench = $true; Script = { Wait-PbxCall -State Ringing -Outcome Missed @args } }
        @{ Id = 'ActionMissing'; Bench = $true; Script = { Register-PbxSubscription Call -MaxTriggerCount 1 @args } }
        @{ Id = 'UnknownTopic'; Bench = $true; Script = { Register-PbxSubscription -Topic NOSUCH @args } }
        @{ Id = 'NotSupported'; Bench = $true; Script = { Register-PbxSubscription Cdr @args } }
    )
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $table = @{}
    foreach ($row in [regex]::Matches((Get-Content "$root/docs/en-US/about_PbxEvents_Errors.md" -Raw), '(?m)^\| ([A-Z]\w+) \| ([^|]+) \| ([^|]+) \|')) {
        $table[$row.Groups[1].Value] = $row.Groups[2].Value, $row.Groups[3].Value
    }
    $table.Remove('Id')
    $texts = @{}
    foreach ($text in ([xml](Get-Content "$root/src/PbxEvents.Module/SR.resx" -Raw)).root.data) {
        $texts[$text.name] = $text.value
    }
    $source = (Get-ChildItem "$root/src/PbxEvents.Module" -Recurse -Filter *.cs).Where({ $_.FullName -notmatch '[/\\](obj|bin)[/\\]' }) |
        Get-Content -Raw | Out-String
    $Nobody = [pscredential]::new('nobody', (Protect-Text 'x'))
}

Describe 'An error' {
    BeforeEach {
        $Bench = if ($Bench -eq $true) { Connect-Bench -Connection @{ Name = 'office' } }
    }

    AfterEach {
        Close-Bench
    }

    It 'says what happened, to what, and what to do: <Id>' -ForEach $cases {
        $record = Get-ErrorRecord $Script
        ($record.FullyQualifiedErrorId -split ',')[0] | Should -Be $Id
        $table.Keys | Should -Contain $Id
        "$record" | Should -Match '^\S.{10,}\.\s*$'
        "$record" | Should -Not -Match '\{\d'
        $record.ErrorDetails.RecommendedAction | Should -Match '\S.{8,}[.>]\s*$'
        $record.ErrorDetails.RecommendedAction | Should -Not -Be "$record"
        $record.CategoryInfo.Category | Should -Not -Be 'NotSpecified'
    }
}

Describe 'The texts of the errors' {
    It 'each have an advice, and each advice an error' {
        $ids = [regex]::Matches($source, 'nameof\(SR\.(\w+)\)').ForEach({ $_.Groups[1].Value }) | Sort-Object -Unique
        foreach ($id in $ids) {
            $texts[$id] | Should -Match '\S' -Because $id
            $texts["${id}Advice"] | Should -Match '\S' -Because "${id}Advice"
        }
        foreach ($name in $texts.Keys -like '*Advice') {
            $texts.Keys | Should -Contain ($name -replace 'Advice$') -Because $name
        }
    }

    It 'are all used' {
        foreach ($name in $texts.Keys) {
            $source | Should -Match "\bSR\.$name\b" -Because $name
        }
    }

    It 'stand in a table that says of each what happened and what to do' {
        $table.Count | Should -BeGreaterThan 40
        foreach ($id in $table.Keys) {
            $table[$id][0] | Should -Match '\S.*\.$' -Because $id
            $table[$id][1] | Should -Match '\S.*[.:]$' -Because $id
        }
        [enum]::GetNames([PbxEvents.PbxErrorKind]) | Where-Object { $_ -notin $table.Keys } | Should -BeNullOrEmpty
    }
}
