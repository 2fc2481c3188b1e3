BeforeAll {
    . $PSScriptRoot/Support.ps1

    $csv = Join-Path $TestDrive 'contacts.csv'
    Set-Content $csv "Name;Company;Phone;Mobile;Phone - Label;CustomerNumber`nAnna Jensen;`"Smith; Sons`";20 12 34 56;;20123499;20123498`nBo;;;+45 20 12 34 57;;`n;;20123458;;;"
    $vcf = Join-Path $TestDrive 'contacts.vcf'
    Set-Content $vcf "BEGIN:VCARD`r`nVERSION:4.0`r`nFN:Cecilie Olsen`r`nTEL;VALUE=uri:tel:+45-20-12-34-59`r`nEND:VCARD"

    # A call from a number, as the session has it when it is over.
    function Get-CallFrom {
        param([string] $Number, [hashtable] $More = @{})

        $played = Invoke-PbxSimulation Missed -From $Number @More -Simulator $bench.Simulator -Pace 0
        $null = Wait-PbxCall -Call $played.CallId -State Ended -Timeout $Patience
        Get-PbxCall -Call $played.CallId
    }
}

Describe 'Contacts' {
    BeforeAll {
        $bench = Connect-Bench
    }

    AfterEach {
        Clear-PbxContact
    }

    AfterAll {
        Close-Bench
    }

    It 'give a call the name and the contact of its number, in any notation' {
        $before = Get-CallFrom '20123456' @{ FromName = 'ANNA J' }
        $before.FromName | Should -BeExactly 'ANNA J'
        $before.Contact | Should -BeNullOrEmpty
        Import-PbxContact $csv -Country DK -WarningAction Ignore
        foreach ($number in '20123456', '+4520123456', '0045 20 12 34 56') {
            $call = Get-CallFrom $number @{ FromName = 'ANNA J' }
            $call.FromName | Should -BeExactly 'Anna Jensen' -Because 'contacts come before the name that came with the call'
            $call.CallerName | Should -BeExactly 'Anna Jensen'
            $call.Contact.Company | Should -BeExactly 'Smith; Sons'
        }
        $before.psbase.FromName | Should -BeExactly 'ANNA J' -Because 'that is the platform''s own word'
        $before.FromName | Should -BeExactly 'Anna Jensen' -Because 'it is looked up when somebody asks'
        (Get-CallFrom '20123499' @{ FromName = 'X' }).FromName | Should -BeExactly 'X' -Because 'a label is no number'
        (Get-CallFrom '20123498').Contact | Should -BeNullOrEmpty -Because 'a customer number is none'
        (Get-CallFrom '20123456' | ConvertTo-PbxRecord).FromName | Should -BeExactly 'Anna Jensen'
        (Get-CallFrom '20123456' | Select-Object FromName | ConvertTo-Json | ConvertFrom-Json).FromName | Should -BeExactly 'Anna Jensen'
        Get-PbxCall | Format-List | Out-String | Should -BeLike '*Anna Jensen*'
    }

    It 'are whom an outbound call goes to' {
        Import-PbxContact -InputObject ([pscustomobject]@{ Name = 'Called'; Number = '+4520123460' })
        $played = Invoke-PbxSimulation Outbound -To '+4520123460' -Simulator $bench.Simulator -Pace 0
        $null = Wait-PbxCall -Call $played.CallId -State Ended -Timeout $Patience
        (Get-PbxCall -Call $played.CallId).Contact.Name | Should -BeExactly 'Called'
    }

    It 'are read from vCards and from objects, and listed' {
        Import-PbxContact $vcf
        [pscustomobject]@{ DisplayName = 'Dan'; TelephoneNumber = '+4520123460', '+4520123461'; Mail = 'dan@example.com' } | Import-PbxContact
        (Get-PbxContact).Name | Should -Be 'Dan', 'Cecilie Olsen'
        (Get-PbxContact C*).Numbers | Should -Be '+4520123459'
        (Get-PbxContact Dan).Email | Should -Be 'dan@example.com'
        (Get-PbxContact -Number '+4520123461').Name | Should -Be 'Dan'
        (Get-PbxContact Dan | Out-String) | Should -BeLike '*+4520123460, +4520123461*'
        (TabExpansion2 ($line = 'Get-PbxContact Ol') $line.Length).CompletionMatches.CompletionText | Should -Contain "'Cecilie Olsen'"
        Get-PbxContact -Number '+4599999999' | Should -BeNullOrEmpty
    }

    It 'are asked of a script once for each number, and only when somebody looks' {
        $asked = [System.Collections.Generic.List[string]]::new()
        Import-PbxContact -Country DK -Lookup { $asked.Add($_); if ($_ -eq '+4520123456') { 'Anna' } }
        $call = Get-CallFrom '20123456'
        $none = Get-CallFrom '20123457' @{ FromName = 'Bo' }
        $asked.Count | Should -Be 0
        $call.FromName, $call.FromName, $call.Contact.Name | Should -Be 'Anna', 'Anna', 'Anna'
        $none.FromName | Should -Be 'Bo'
        $null = $none.Contact
        $asked | Should -Be '+4520123456', '+4520123457'
    }

    It 'whose script fails leave a call the name that it has' {
        Import-PbxContact -Lookup { throw 'The customer list is away.' }
        $call = Get-CallFrom '20123456' @{ FromName = 'Bo' }
        $call.FromName | Should -Be 'Bo'
        $call.Contact | Should -BeNullOrEmpty
        { Get-PbxContact -Number '20123456' } | Should -Throw '*The customer list is away*'
    }

    It 'are there in the actions of durable reactions' {
        $journal = Open-PbxJournal (Join-Path $TestDrive 'contacts.db')
        $null = $bench.Simulator | Connect-PbxEvents -Name kept
        $null = Register-PbxSubscription Call -Connection kept
        Import-PbxContact $csv -Country DK -WarningAction Ignore
        Import-PbxContact -Country DK -Lookup { if ($_ -eq '+4520123470') { 'Asked' } }
        $out = Join-Path $TestDrive 'names.txt'
        $null = Register-PbxReaction names -Unreached -MessageData $out { Add-Content $Delivery.MessageData "$($_.Call.FromName)" }
        $null = Invoke-PbxSimulation Missed -From 20123456 -Simulator $bench.Simulator -Pace 0
        $null = Invoke-PbxSimulation Missed -From 20123470 -Simulator $bench.Simulator -Pace 0
        Wait-Until { (Test-Path $out) -and @(Get-Content $out).Count -eq 2 }
        Get-Content $out | Should -Be 'Anna Jensen', 'Asked'
        Unregister-PbxReaction names
        Close-PbxJournal $journal -Confirm:$false
        Select-PbxConnection $bench.Connection
    }

    It 'say what was not taken' {
        $said = Import-PbxContact $csv 3>&1
        "$said" | Should -BeLike "*1 rows without a name*1 numbers have no country code, such as '20123456'*-Country*"
        $failure = { Import-PbxContact $ModulePath -ErrorAction Stop } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'FileUnreadable*'
        { Import-PbxContact ./nosuch.csv -ErrorAction Stop } | Should -Throw -ErrorId 'FileUnreadable*'
    }

    It 'change nothing with -WhatIf, and put out with -PassThru' {
        Import-PbxContact $vcf -WhatIf
        Get-PbxContact | Should -BeNullOrEmpty
        (Import-PbxContact $vcf -PassThru).Name | Should -Be 'Cecilie Olsen'
        Clear-PbxContact -WhatIf
        (Get-PbxContact).Name | Should -Be 'Cecilie Olsen'
    }

    It 'are taken from files by the pipeline' {
        Get-Item $vcf, $csv | Import-PbxContact -Country DK -WarningAction Ignore
        @(Get-PbxContact).Count | Should -Be 3
    }

    It 'stay text, whatever they call themselves: <Name>' -ForEach @(
        @{ Name = "x `$(`$env:PBXEVENTS_INJECTED = 1)" }
        @{ Name = "x`"; `$env:PBXEVENTS_INJECTED = 1; '" }
        @{ Name = "x `e]0;owned`a `e[2J `u{202e}" }
        @{ Name = "=cmd|' /C calc'!A0" }
    ) {
        $path = Join-Path $TestDrive 'hostile.csv'
        [pscustomobject]@{ Name = $Name; Number = '+4520123456' } | Export-Csv $path
        Import-PbxContact $path
        $call = Get-CallFrom '+4520123456'
        $shown = ($call | Format-List | Out-String) + (Get-PbxContact | Out-String) + $call.FromName + "$($call.Contact)"
        $shown -replace '\x1B\[[0-9;]*m', '' -replace '[\r\n\t]', '' | Should -Not -Match '[\x00-\x1F\x7F-\x9F\u202E]'
        $env:PBXEVENTS_INJECTED | Should -BeNullOrEmpty
        $call.FromName | Should -BeLike '*x*'.Replace('x', [WildcardPattern]::Escape($Name.Substring(0, 1)))
    }
}
