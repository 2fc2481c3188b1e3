BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'Connect-PbxEvents' {
    BeforeEach {
        $simulator = Start-PbxSimulator TelecomX
    }

    AfterEach {
        Close-Bench
    }

    It 'returns the connection, authenticated and ready' {
        $connection = Connect-PbxEvents TelecomX $simulator.Server -Credential $simulator.Credential
        $connection | Should -BeOfType PbxEvents.PbxConnection
        $connection.State | Should -Be 'Connected'
        $connection.Provider | Should -Be 'TelecomX'
        $connection.ConnectedAt | Should -Not -BeNullOrEmpty
    }

    It 'takes a simulator from the pipeline' {
        ($simulator | Connect-PbxEvents).State | Should -Be 'Connected'
        $simulator.LinkCount | Should -Be 1
    }

    It 'takes a token and a customer in the place of a credential' {
        $connection = Connect-PbxEvents TelecomX -Server $simulator.Server -AccessToken $simulator.AccessToken -Customer $simulator.Domain
        $connection.State | Should -Be 'Connected'
        Register-PbxSubscription Call | ForEach-Object State | Should -Be 'Active'
    }

    It 'asks a script block for the token, in a session of its own' {
        $token = Get-PlainText $simulator.AccessToken
        $provider = [scriptblock]::Create("[System.Net.NetworkCredential]::new('', '$token').SecurePassword")
        $connection = Connect-PbxEvents TelecomX -Server $simulator.Server -TokenProvider $provider -Domain $simulator.Domain
        $connection.State | Should -Be 'Connected'
    }

    It 'says what is wrong with a script block that gives no token' {
        $failure = Get-ErrorRecord {
            Connect-PbxEvents TelecomX $simulator.Server -Domain x -TokenProvider { throw 'vault is locked' } -Timeout 3 @args
        }
        "$failure" | Should -BeLike '*vault is locked*'
    }

    It 'becomes the default of the session, the last one first' {
        $first = $simulator | Connect-PbxEvents -Name first
        $second = $simulator | Connect-PbxEvents -Name second
        (Register-PbxSubscription Call).Connection | Should -Be 'second'
        (Register-PbxSubscription Call -Connection $first).Connection | Should -Be 'first'
        $second | Disconnect-PbxEvents
        (Get-ErrorRecord { Register-PbxSubscription Call @args }).FullyQualifiedErrorId | Should -BeLike 'NoDefaultConnection,*'
    }

    It 'numbers connections that are given no name' {
        ($simulator | Connect-PbxEvents).Name | Should -Be 'TelecomX-1'
        ($simulator | Connect-PbxEvents).Name | Should -Be 'TelecomX-2'
    }

    It 'refuses a name that is in use, and leaves the connection of that name alone' {
        $first = $simulator | Connect-PbxEvents -Name office
        $failure = Get-ErrorRecord { $simulator | Connect-PbxEvents -Name OFFICE @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ConnectionNameInUse,*'
        $failure.TargetObject | Should -Be 'OFFICE'
        $first.State | Should -Be 'Connected'
    }

    It 'connects over TLS to exactly the certificate that was named' {
        $tls = Start-PbxSimulator TelecomX -UseTls
        ($tls | Connect-PbxEvents).State | Should -Be 'Connected'
    }

    It 'warns when it does not check the certificate' {
        $tls = Start-PbxSimulator TelecomX -UseTls
        $warning = $null
        $connect = @{ Provider = 'TelecomX'; Server = $tls.Server; Credential = $tls.Credential; SkipCertificateCheck = $true }
        $connection = Connect-PbxEvents @connect -WarningVariable warning 3>$null
        $connection.State | Should -Be 'Connected'
        "$warning" | Should -BeLike '*certificate*not checked*'
    }

    It 'tells what it does with -Verbose, without a secret' {
        $lines = $simulator | Connect-PbxEvents -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
        "$lines" | Should -BeLike '*Connected.*'
        "$lines" | Should -Not -BeLike "*$($simulator.Password)*"
    }

    It 'records the frames with -TracePath, secrets masked' {
        $path = Join-Path $TestDrive 'trace.txt'
        $null = $simulator | Connect-PbxEvents -TracePath $path
        Get-PbxConnection | Disconnect-PbxEvents
        $path | Should -Exist
        $text = Get-Content $path -Raw
        $text | Should -BeLike '*authenticate*'
        $text | Should -Not -BeLike "*$($simulator.Password)*"
    }

    It 'shows no secret anywhere in the connection' {
        $connection = $simulator | Connect-PbxEvents
        $shown = ($connection | Format-List * | Out-String) + ($connection | Out-String) + "$connection"
        $shown | Should -Not -BeLike "*$($simulator.Password)*"
    }
}

Describe 'Get-PbxConnection' {
    BeforeEach {
        $simulator = Start-PbxSimulator TelecomX
        'office', 'branch', 'brewery' | ForEach-Object { $null = $simulator | Connect-PbxEvents -Name $_ }
    }

    AfterEach {
        Close-Bench
    }

    It 'lists all connections, in the order they were opened' {
        (Get-PbxConnection).Name | Should -Be 'office', 'branch', 'brewery'
    }

    It 'takes wildcards' {
        (Get-PbxConnection br*).Name | Should -Be 'branch', 'brewery'
        Get-PbxConnection nothing* | Should -BeNullOrEmpty
    }

    It 'takes names from the pipeline' {
        ('office', 'branch' | Get-PbxConnection).Name | Should -Be 'office', 'branch'
    }

    It 'reports a name that is not there and goes on' {
        $found = Get-PbxConnection office, nowhere, branch -ErrorAction SilentlyContinue -ErrorVariable failure
        $found.Name | Should -Be 'office', 'branch'
        $failure.Count | Should -Be 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'ConnectionNotFound,*'
        $failure[0].TargetObject | Should -Be 'nowhere'
        $failure[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }
}

Describe 'Disconnect-PbxEvents' {
    BeforeEach {
        $simulator = Start-PbxSimulator TelecomX
        'office', 'branch', 'brewery' | ForEach-Object { $null = $simulator | Connect-PbxEvents -Name $_ }
    }

    AfterEach {
        Close-Bench
    }

    It 'closes the default connection' {
        Disconnect-PbxEvents
        (Get-PbxConnection).Name | Should -Be 'office', 'branch'
    }

    It 'closes by name, with wildcards' {
        Disconnect-PbxEvents br*
        (Get-PbxConnection).Name | Should -Be 'office'
        Wait-Until { $simulator.LinkCount -eq 1 }
    }

    It 'closes all that come down the pipeline' {
        Get-PbxConnection | Disconnect-PbxEvents
        Get-PbxConnection | Should -BeNullOrEmpty
        Wait-Until { $simulator.LinkCount -eq 0 }
    }

    It 'closes nothing with -WhatIf' {
        Get-PbxConnection | Disconnect-PbxEvents -WhatIf
        Get-PbxConnection | Should -HaveCount 3
        $simulator.LinkCount | Should -Be 3
    }

    It 'returns what it closed with -PassThru' {
        $closed = Disconnect-PbxEvents office -PassThru
        $closed.Name | Should -Be 'office'
        $closed.State | Should -Be 'Disconnected'
    }

    It 'can use a name again' {
        Disconnect-PbxEvents office
        ($simulator | Connect-PbxEvents -Name office).State | Should -Be 'Connected'
    }
}

Describe 'Many connections' {
    BeforeEach {
        $first = Start-PbxSimulator TelecomX
        $second = Start-PbxSimulator Yeastar
    }

    AfterEach {
        Close-Bench
    }

    It 'come from the rows of a file, and one that fails does not end the others' {
        $rows = @(
            [pscustomobject]@{ Name = 'Hotel'; Provider = 'TelecomX'; Server = $first.Server; Credential = $first.Credential }
            [pscustomobject]@{ Name = 'Bad'; Provider = 'TelecomX'; Server = '127.0.0.1:1'; Credential = $first.Credential }
            [pscustomobject]@{ Name = 'Hotel'; Provider = 'TelecomX'; Server = $first.Server; Credential = $first.Credential }
            [pscustomobject]@{ Name = ''; Provider = 'Yeastar'; Server = $second.Server; Credential = $second.Credential }
        )
        $connections = $rows | Connect-PbxEvents -ErrorVariable failed -ErrorAction SilentlyContinue
        $connections.Name | Should -Be 'Hotel', 'Yeastar-1'
        $failed.FullyQualifiedErrorId | Should -Be 'ConnectionRefused,PbxEvents.Module.Commands.ConnectPbxEventsCommand', 'ConnectionNameInUse,PbxEvents.Module.Commands.ConnectPbxEventsCommand'
    }

    It 'do not take the name of a simulator that is piped in' {
        ($first | Connect-PbxEvents).Name | Should -Be 'TelecomX-1'
        ($first | Connect-PbxEvents).Name | Should -Be 'TelecomX-2'
    }

    It 'have a default, which is marked and can be chosen' {
        $hotel = $first | Connect-PbxEvents -Name Hotel
        (Get-PbxConnection | Out-String) | Should -Not -BeLike '*default*'
        $null = $second | Connect-PbxEvents -Name Shop
        (Get-PbxConnection | Out-String) | Should -Match 'Shop .*, default'
        Select-PbxConnection H* -PassThru | Should -Be $hotel
        (Get-PbxConnection | Out-String) | Should -Match 'Hotel .*, default'
        (Register-PbxSubscription Call).Connection | Should -Be Hotel
        (Get-ErrorRecord { Select-PbxConnection * }).FullyQualifiedErrorId | Should -BeLike 'SeveralConnections,*'
        (Get-ErrorRecord { Select-PbxConnection none }).FullyQualifiedErrorId | Should -BeLike 'ConnectionNotFound,*'
    }

    It 'are named in the views of calls and events' {
        foreach ($simulator in $first, $second) {
            $null = $simulator | Connect-PbxEvents
            $null = Register-PbxSubscription Call
            $null = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0
            $null = Wait-PbxCall -Outcome Missed -Timeout $Patience
        }
        (Get-PbxConnection | Get-PbxCall | Format-Table | Out-String -Width 120) | Should -Match '\(TelecomX-1\)[^\0]*\(Yeastar-1\)'
        (Get-PbxEvent Call -Last 1 | Format-Table | Out-String -Width 120) | Should -BeLike '*(Yeastar-1)*'
    }
}
