BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Hook.ps1
    $hook = Start-Hook
    function Get-Posted {
        $post = $null
        $null = $hook.Posts.TryDequeue([ref]$post)
        $post
    }

    $call = [PbxEvents.PbxCall]@{
        CallId = 'c1'; Connection = 'office'; From = '20 12 34 56'; FromName = 'Ada'; To = '1001'; Extension = '1001'; ExtensionName = 'Bob'
        Queue = '4020'; QueueName = 'Sales'; Direction = 'Inbound'; State = 'Ended'; Outcome = 'Missed'; RecordingId = 'r7'
        StartedAt = [DateTimeOffset]'2026-03-01T09:05:07Z'; RingingAt = [DateTimeOffset]'2026-03-01T09:05:10Z'; EndedAt = [DateTimeOffset]'2026-03-01T09:05:33Z'
        Legs = [PbxEvents.PbxLeg[]]@(
            @{ LegId = 'l1'; Role = 'Caller'; Number = '20123456' }, @{ LegId = 'l2'; Role = 'Callee'; Extension = '1001'; ExtensionName = 'Bob' }, @{ LegId = 'l3'; Role = 'Callee'; Extension = '1002' }
        )
    }
}

AfterAll {
    Close-Bench
    Stop-Hook $hook
}

Describe 'New-PbxTicket' {
    It 'says who called whom, when, how long it rang, who was tried, and which recording there is' {
        $ticket = $call | New-PbxTicket Rest "$($hook.Root)/tickets" -Country DK
        $post = Get-Posted
        $post.Path | Should -Be '/tickets'
        $body = $post.Body | ConvertFrom-Json -DateKind String
        $body.title | Should -Be 'Missed call from Ada +4520123456'
        $body.text -split "`n" | Should -Be @(
            'Caller: Ada +4520123456', 'As it came: 20 12 34 56', 'Called: 1001 Bob', 'Queue: 4020 Sales'
            "When: $(([DateTimeOffset]'2026-03-01T09:05:07Z').ToLocalTime().ToString('yyyy-MM-dd HH:mm:ss zzz'))"
            'Rang: 23 s', 'Tried: 1001 Bob, 1002', 'Outcome: Missed', 'Recording: r7', 'Call: c1 on office'
        )
        $body.caller | Should -Be '+4520123456'
        $body.key | Should -Be $ticket.Key
        $post.Headers['Idempotency-Key'] | Should -Be $ticket.Key
        $ticket.Action, $ticket.Desk, $ticket.Number, $ticket.CallId | Should -Be 'Created', 'Rest', '+4520123456', 'c1'
    }

    It 'says it in words of one''s own' {
        $null = $call | New-PbxTicket Rest $hook.Root -Subject '{Caller} wants {ExtensionName}' -Template '{Number}, {Dialled}, {CalledQueue}, {Call.StartedAt:yyyy}, {Nobody}' -WarningVariable warned 3> $null
        $body = (Get-Posted).Body | ConvertFrom-Json
        $body.title | Should -Be 'Ada 20123456 wants Bob'
        $body.text | Should -Be '20123456, 20 12 34 56, 4020 Sales, 2026, {Nobody}'
        $warned | Should -HaveCount 1
    }

    It 'has the same key on every try, and another for another call' {
        $first, $again = 1..2 | ForEach-Object { ($call | New-PbxTicket Rest $hook.Root).Key }
        $again | Should -Be $first
        ([PbxEvents.PbxCall]@{ CallId = 'c2'; Connection = 'office'; From = '1' } | New-PbxTicket Rest $hook.Root).Key | Should -Not -Be $first
        1..3 | ForEach-Object { $null = Get-Posted }
    }

    It 'does nothing with -WhatIf' {
        $call | New-PbxTicket Rest $hook.Root -WhatIf | Should -BeNullOrEmpty
        Get-Posted | Should -BeNullOrEmpty
    }

    It 'opens the desk with what Get-Secret gives' {
        function Get-Secret { param($Name) $Name -eq 'desk' ? (Protect-Text 'sesame') : [pscredential]::new('ada', (Protect-Text 'open')) }
        $null = $call | New-PbxTicket Rest $hook.Root -SecretName desk
        (Get-Posted).Headers.Authorization | Should -Be 'Bearer sesame'
        $null = $call | New-PbxTicket Rest $hook.Root -SecretName other
        (Get-Posted).Headers.Authorization | Should -Be "Basic $([Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes('ada:open')))"
    }

    It 'fails with <Id> when <What>' -ForEach @(
        @{ Id = 'RequestRefused'; What = 'the desk refuses it'; Script = { New-PbxTicket Rest "$($hook.Root)/status/422" } }
        @{ Id = 'ServerError'; What = 'the desk is ill'; Script = { New-PbxTicket Rest "$($hook.Root)/status/500" } }
        @{ Id = 'InvalidOption'; What = 'the way there is open'; Script = { New-PbxTicket Rest http://desk.example.com } }
        @{ Id = 'InvalidOption'; What = 'the queue is missing'; Script = { New-PbxTicket Zammad $hook.Root -Requester a@pbx.test } }
        @{ Id = 'NotSupported'; What = 'the desk cannot be searched'; Script = { New-PbxTicket OsTicket $hook.Root -Requester a@pbx.test -MergeFor 1:00 } }
        @{ Id = 'SecretGivenTwice'; What = 'a secret is given twice'; Script = { New-PbxTicket Rest $hook.Root -SecretName x -Secret (Protect-Text 'y') } }
        @{ Id = 'BadTimeSpan'; What = 'the span is none'; Script = { New-PbxTicket Rest $hook.Root -MergeFor 0:00 } }
    ) {
        $text = "`$call | $Script"
        $failure = { & ([scriptblock]::Create($text)) } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        while (Get-Posted) { $null }
    }
}

Describe 'New-PbxTicket in a durable reaction' {
    It 'takes an event, and what the desk refuses is a dead letter at once, with its words' {
        $null = Open-PbxJournal (Join-Path $TestDrive 'ticket.db')
        $null = Connect-Bench -Connection @{ Name = 'office' }
        $null = Invoke-PbxSimulation Missed -Pace 0
        $uri = "$($hook.Root)/status/422"
        $null = Register-PbxReaction refused -Outcome Missed -StartAt Oldest -OrderBy Caller { $_ | New-PbxTicket Rest $using:uri }
        Wait-PbxReaction refused -UntilIdle 3> $null
        $letter = Get-PbxDeadLetter refused
        $letter.Attempts | Should -Be 1
        $letter.Error | Should -BeLike '*HTTP 422*said by the hook for /status/422*'
    }
}
