BeforeAll {
    . $PSScriptRoot/Support.ps1
    $folder = Split-Path $ModulePath
}

Describe 'The module as it ships' {
    It 'has a valid manifest' {
        $manifest = Test-ModuleManifest $ModulePath -ErrorAction Stop
        $manifest.Version | Should -BeGreaterThan '0.0.0'
        $manifest.PowerShellVersion | Should -Be '7.6'
    }

    It 'exports its cmdlets by name, and nothing else' {
        $manifest = Import-PowerShellDataFile $ModulePath
        $manifest.CmdletsToExport | Where-Object { [wildcardpattern]::ContainsWildcardCharacters($_) } | Should -BeNullOrEmpty
        (Get-Command -Module PbxEvents).Name | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
        $manifest.FunctionsToExport + $manifest.AliasesToExport + $manifest.VariablesToExport | Should -BeNullOrEmpty
    }

    It 'ships its own assemblies, and no others but those of the parts that are loaded apart' {
        (Get-ChildItem "$folder/bin" -File).Name | Sort-Object |
            Should -Be 'PbxEvents.dll', 'PbxEvents.Journal.dll', 'PbxEvents.Module.dll', 'PbxEvents.Notify.dll', 'PbxEvents.Providers.dll', 'PbxEvents.Simulator.dll'
        (Get-ChildItem "$folder/bin/deps" -File).Name | Sort-Object |
            Should -Be @(
                'BouncyCastle.Cryptography.dll', 'Ical.Net.dll', 'MailKit.dll', 'Microsoft.Extensions.DependencyInjection.Abstractions.dll'
                'Microsoft.Extensions.Logging.Abstractions.dll', 'MimeKit.dll', 'NodaTime.dll', 'Npgsql.dll', 'PbxEvents.Desk.dll'
                'PbxEvents.Journal.Postgres.dll', 'PbxEvents.Journal.Sqlite.dll', 'PbxEvents.Notify.Mail.dll', 'PhoneNumbers.dll'
                'SQLitePCLRaw.core.dll', 'SQLitePCLRaw.provider.e_sqlite3.dll'
            )
    }

    It 'says in one sentence that a process can have one copy only' {
        $copy = Join-Path $TestDrive 'PbxEvents'
        Copy-Item $folder $copy -Recurse
        $script = {
            param($first, $second)
            Import-Module $first
            $ErrorActionPreference = 'Continue'
            $Error.Clear()
            try { Import-Module $second } catch { "$_" }
            $Error.Count
            $told = [PbxEvents.PbxEvent]::new()
            $told.psobject.Properties['Caller'].Name
            Remove-Module PbxEvents
            $null -eq $told.psobject.Properties['Caller']
        }
        $said = & $Pwsh -NoProfile -NonInteractive -Command $script -args $ModulePath, "$copy/PbxEvents.psd1"
        $said[1] | Should -Be 1
        $said[0] | Should -BeLike "This process has already loaded PbxEvents from '$folder'*start a new PowerShell*'$copy'*"
        $said[2] | Should -Be 'Caller' -Because 'the first copy goes on'
        $said[3] | Should -BeTrue -Because 'what the module adds to types goes with it'
    }

    It 'uses approved verbs only' {
        $approved = (Get-Verb).Verb
        Get-Command -Module PbxEvents | Where-Object Verb -NotIn $approved | Should -BeNullOrEmpty
    }

    It 'resolves its public types in scripts' {
        [PbxEvents.PbxCall].FullName | Should -Be 'PbxEvents.PbxCall'
        [PbxEvents.PbxOutcome]::Missed | Should -Be 'Missed'
    }

    It 'takes -Timeout with the alias TimeoutSec wherever it waits' {
        foreach ($name in 'Connect-PbxEvents', 'Get-PbxEvent', 'Wait-PbxEvent', 'Wait-PbxCall', 'Watch-PbxCall', 'Watch-PbxQueue', 'Send-PbxRequest', 'Send-PbxNotification', 'New-PbxTicket') {
            (Get-Command $name).Parameters['Timeout'].Aliases | Should -Contain 'TimeoutSec' -Because $name
        }
    }

    It 'takes -Connection wherever it works on a connection' {
        $names = @(
            'Disconnect-PbxEvents', 'Get-PbxCall', 'Get-PbxEvent', 'Get-PbxSubscription', 'Register-PbxSubscription', 'Send-PbxReply'
            'Send-PbxRequest', 'Wait-PbxCall', 'Wait-PbxEvent', 'Watch-PbxCall', 'Watch-PbxQueue'
        )
        foreach ($name in $names) {
            (Get-Command $name).Parameters.Keys | Should -Contain 'Connection' -Because $name
        }
    }

    It 'has tables of at most six columns' {
        foreach ($view in (Get-FormatData -TypeName PbxEvents.*).FormatViewDefinition) {
            if ($view.Control -is [System.Management.Automation.TableControl]) {
                $view.Control.Headers.Count | Should -BeLessOrEqual 6 -Because $view.Name
            }
        }
    }
}
