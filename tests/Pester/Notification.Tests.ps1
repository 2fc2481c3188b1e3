BeforeDiscovery {
    . $PSScriptRoot/MailServer.ps1
    $noMail = Get-MailServerProblem
    $mailName = $noMail ? "A mail (left out: $noMail)" : 'A mail, by a real mail server'
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/MailServer.ps1
    . $PSScriptRoot/Hook.ps1
    $call = [PbxEvents.PbxCall]@{
        CallId    = 'c1'; From = '+4511111111'; FromName = 'Ada {Call.To}'; To = '1001'; State = 'Ended'; Outcome = 'Missed'
        StartedAt = [DateTimeOffset]::new(2026, 3, 1, 9, 5, 7, [TimeZoneInfo]::Local.GetUtcOffset([datetime]'2026-03-01'))
        Legs      = [PbxEvents.PbxLeg[]](1..30 | ForEach-Object { [PbxEvents.PbxLeg]@{ LegId = "leg$_"; Extension = "10$_" } })
    }

    # What an error says, in one text, with everything that hangs on it.
    function Get-Told {
        param($Record)

        $Record | Format-List * -Force | Out-String -Width 500
        for ($exception = $Record.Exception; $exception; $exception = $exception.InnerException) { "$exception"; $exception | Format-List * -Force | Out-String -Width 500 }
        $Record.ErrorDetails.RecommendedAction, "$($Record.TargetObject)"
    }
}

Describe 'The text of a notification' {
    BeforeAll {
        $hook = Start-Hook
        function Get-Text {
            param($Item, [string] $Text)

            $Item | Send-PbxNotification -Webhook -Uri $hook.Root $Text -WarningVariable warned 3> $null
            $script:warned = $warned
            $post = $null
            $null = $hook.Posts.TryDequeue([ref]$post)
            ($post.Body | ConvertFrom-Json).text
        }
    }

    AfterAll {
        Stop-Hook $hook
    }

    It 'takes <Template> for <Text>' -ForEach @(
        @{ Template = '{Call.From}'; Text = '+4511111111' }
        @{ Template = '{From} to {to}'; Text = '+4511111111 to 1001' }
        @{ Template = '{StartedAt}'; Text = '2026-03-01 09:05:07' }
        @{ Template = '{Call.StartedAt:HH:mm}'; Text = '09:05' }
        @{ Template = '[{AnsweredAt}]'; Text = '[]' }
        @{ Template = '[{AnsweredAt.Year}]'; Text = '[]' }
        @{ Template = '{Call.Outcome}, {IsReached}'; Text = 'Missed, False' }
        @{ Template = '{Legs.Count}'; Text = '30' }
        # What a value holds is not looked at again, whatever it looks like.
        @{ Template = '{FromName}'; Text = 'Ada {Call.To}' }
        @{ Template = '{"json": {"a": 1}} { } {0} {a b} $(1+1)'; Text = '{"json": {"a": 1}} { } {0} {a b} $(1+1)' }
    ) {
        Get-Text $call $Template | Should -Be $Text
        $warned | Should -BeNullOrEmpty
    }

    It 'leaves a place that names nothing as it is, and says so' {
        Get-Text $call 'from {Call.Form}' | Should -Be 'from {Call.Form}'
        "$warned" | Should -BeLike '*{Call.Form}*PbxCall*'
    }

    It 'is left as it is when nothing is piped in' {
        Send-PbxNotification -Webhook -Uri $hook.Root 'from {Call.From}' -WarningVariable warned
        $warned | Should -BeNullOrEmpty
        $post = $null
        $null = $hook.Posts.TryDequeue([ref]$post)
        ($post.Body | ConvertFrom-Json).text | Should -Be 'from {Call.From}'
    }

    It 'names the parts of an event, of a gap, of what was kept in a file, and of any object' {
        $null = Connect-Bench
        $null = Invoke-PbxSimulation Missed -Pace 0
        $null = Wait-PbxCall -Outcome Missed -Timeout $Patience
        $event1 = Get-PbxEvent Call | Where-Object Outcome -EQ Missed
        Get-Text $event1 '{Event.Name} {Call.Outcome} {Data.event} [{Data.no.such}]' | Should -Be "$($event1.Name) Missed $($event1.Data.event) []"
        $warned | Should -BeNullOrEmpty
        $gap = [PbxEvents.PbxGap]@{ From = [datetime]'2026-03-01 09:00'; To = [datetime]'2026-03-01 09:01:30'; Reason = 'LinkLost'; Recovery = 'Lost' }
        Get-Text $gap '{Gap.Duration} {Reason}' | Should -Be '00:01:30 LinkLost'
        $event1.Call | Export-Clixml "$TestDrive/call.xml"
        Get-Text (Import-Clixml "$TestDrive/call.xml") '{Call.From}' | Should -Be $event1.Call.From
        Get-Text ([pscustomobject]@{ a = 1; b = 'x', 'y' }) '{a} {b}' | Should -Be '1 x, y'
        Close-Bench
    }

    It 'cuts long lists and values, and says how much is missing' {
        $long = [pscustomobject]@{ List = 1..1000; Text = 'x' * 10000 }
        Get-Text $long '{List}' | Should -Be "$((1..20) -join ', '), … [980 more items]"
        $text = Get-Text $long '{Text}'
        $text.Length | Should -BeLessOrEqual 500
        $text | Should -BeLike '*more characters]'
    }

    It 'is for nobody with -WhatIf' {
        $call | Send-PbxNotification -Webhook -Uri $hook.Root x -WhatIf
        $call | Send-PbxNotification -Slack x -SecretName no-such-vault -WhatIf
        $hook.Posts.Count | Should -Be 0
    }

    It 'gives a webhook what it is about as a record, or the body that was asked for' {
        $call | Send-PbxNotification -Webhook -Uri $hook.Root 'x' -Subject 'y'
        $call | Send-PbxNotification -Webhook -Uri $hook.Root 'x' -Data @{ ticket = @{ caller = $call.From } }
        $post = $null
        $null = $hook.Posts.TryDequeue([ref]$post)
        $body = $post.Body | ConvertFrom-Json
        "$($body.subject) $($body.text) $($body.about.CallId) $($body.about.Outcome)" | Should -Be 'y x c1 Missed'
        $null = $hook.Posts.TryDequeue([ref]$post)
        $post.Body | Should -Be '{"ticket":{"caller":"+4511111111"}}'
        $post.Headers['webhook-id'] | Should -Not -BeNullOrEmpty
    }
}

Describe 'A secret of a notification' {
    BeforeAll {
        $hook = Start-Hook
        # What Microsoft.PowerShell.SecretManagement has of this, as a module that PowerShell finds by itself.
        $folder = (New-Item -ItemType Directory "$TestDrive/vault/Microsoft.PowerShell.SecretManagement").FullName
        Set-Content "$folder/Microsoft.PowerShell.SecretManagement.psm1" @"
function Get-Secret {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] `$Name, [string] `$Vault, [switch] `$AsPlainText)

    `$text = @{ hook = '$($hook.Root)/MARK-path?sig=MARK-sig'; refused = '$($hook.Root)/status/403/MARK-path?sig=MARK-sig'; signed = 'MARK-signing' }[`$Name]
    if (`$Name -eq 'plain') { return 'MARK-plain' }
    if (-not `$text) { Write-Error "The secret `$Name was not found."; return }
    [System.Net.NetworkCredential]::new('', `$text).SecurePassword
}
"@
        New-ModuleManifest "$folder/Microsoft.PowerShell.SecretManagement.psd1" -RootModule Microsoft.PowerShell.SecretManagement.psm1 -FunctionsToExport Get-Secret
        $paths = $env:PSModulePath
    }

    BeforeEach {
        $env:PSModulePath = "$TestDrive/vault$([System.IO.Path]::PathSeparator)$paths"
    }

    AfterEach {
        $env:PSModulePath = $paths
        Remove-Module Microsoft.PowerShell.SecretManagement -ErrorAction Ignore
    }

    AfterAll {
        Stop-Hook $hook
    }

    It 'comes from the vault by its name, and is nowhere to be seen' {
        $told = @(
            Send-PbxNotification -Slack 'x' -SecretName hook -Verbose -Debug *>&1
            Send-PbxNotification -Teams 'x' -SecretName hook -Verbose -Debug *>&1
            Send-PbxNotification -Webhook -Uri $hook.Root 'x' -SecretName signed -Verbose -Debug *>&1
            Get-Told (Get-ErrorRecord { Send-PbxNotification -Slack 'x' -SecretName refused @args })
            Get-Told (Get-ErrorRecord { Send-PbxNotification -Slack 'x' -SecretName plain @args })
        ) | Out-String -Width 500
        $told | Should -BeLike '*403*said by the hook for *'
        $told | Should -Not -BeLike '*MARK*'
        $hook.Posts.Path | Should -Be '/MARK-path?sig=MARK-sig', '/MARK-path?sig=MARK-sig', '/', '/status/403/MARK-path?sig=MARK-sig'
        $post = $hook.Posts.ToArray()[2]
        $mac = [System.Security.Cryptography.HMACSHA256]::HashData(
            [System.Text.Encoding]::UTF8.GetBytes('MARK-signing'), [System.Text.Encoding]::UTF8.GetBytes("$($post.Headers['webhook-id']).$($post.Headers['webhook-timestamp']).$($post.Body)"))
        $post.Headers['webhook-signature'] | Should -Be "v1,$([Convert]::ToBase64String($mac))"
    }

    It 'that is not there, or is none, is an error that names it: <Id>' -ForEach @(
        @{ Id = 'SecretFailed'; Name = 'no-such'; Text = '*no-such*was not found*' }
        @{ Id = 'SecretUnsuitable'; Name = 'plain'; Text = '*plain*String*' }
    ) {
        $record = Get-ErrorRecord { Send-PbxNotification -Teams 'x' -SecretName $Name @args }
        $record.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        "$record" | Should -BeLike $Text
    }

    It 'is asked for once, however much is sent' {
        $hook.Posts.Clear()
        1..3 | Send-PbxNotification -Slack 'x' -SecretName hook
        $hook.Posts.Count | Should -Be 3
    }

    It 'cannot be had without a vault' {
        $env:PSModulePath = $paths
        if (Get-Command Get-Secret -ErrorAction Ignore) { Set-ItResult -Skipped -Because 'this machine has a vault'; return }
        (Get-ErrorRecord { Send-PbxNotification -Teams 'x' -SecretName hook @args }).FullyQualifiedErrorId | Should -BeLike 'NoVault,*'
    }

    It 'is wanted once: <Id>' -ForEach @(
        @{ Id = 'NoWebhookAddress'; Script = { Send-PbxNotification -Slack x @args } }
        @{ Id = 'SecretGivenTwice'; Script = { Send-PbxNotification -Slack x -SecretName hook -Address (Protect-Text 'https://x.example') @args } }
        @{ Id = 'InvalidOption'; Script = { Send-PbxNotification -Slack x -Address (Protect-Text 'not an address') @args } }
        @{ Id = 'InvalidOption'; Script = { Send-PbxNotification -Webhook -Uri http://hooks.example/x x @args } }
        @{ Id = 'InvalidOption'; Script = { Send-PbxNotification -Webhook -Uri http://localhost:9 x -SigningSecret (Protect-Text 'whsec_!') @args } }
    ) {
        $record = Get-ErrorRecord $Script
        $record.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $record.ErrorDetails.RecommendedAction | Should -Match '\S.{8,}\.'
    }
}

Describe 'In a durable reaction' {
    BeforeAll {
        $hook = Start-Hook
        $null = Open-PbxJournal "$TestDrive/durable.db"
        $null = Connect-Bench -Connection @{ Name = 'desk' }
        $null = Invoke-PbxSimulation Missed -Pace 0
        $null = Wait-PbxCall -Outcome Missed -Timeout $Patience
    }

    AfterEach {
        Get-PbxReaction | Where-Object State -EQ Running | Unregister-PbxReaction
    }

    AfterAll {
        Close-Bench
        Stop-Hook $hook
    }

    It 'a refusal for good (<Status>, <By>) is a dead letter after <Tries> tries' -ForEach @(
        @{ By = 'Send-PbxNotification'; Status = 400; Tries = 1; Id = 'RequestRefused' }
        @{ By = 'Send-PbxNotification'; Status = 503; Tries = 3; Id = 'ServerError' }
        @{ By = 'Invoke-RestMethod'; Status = 400; Tries = 1; Id = 'WebCmdletWebResponseException' }
        @{ By = 'Invoke-RestMethod'; Status = 429; Tries = 3; Id = 'WebCmdletWebResponseException' }
    ) {
        $hook.Posts.Clear()
        $uri = "$($hook.Root)/status/$Status"
        $action = $By -eq 'Send-PbxNotification' ? { $_ | Send-PbxNotification -Webhook -Uri $using:uri 'Missed: {Call.From}' } : { Invoke-RestMethod $using:uri -Method Post -Body '{}' }
        $name = "$By-$Status"
        $null = Register-PbxReaction $name -Outcome Missed -StartAt Oldest -MaxAttempts 3 -RetryDelay 0:00:00.1 $action 2> $null
        Wait-PbxReaction $name -UntilIdle -Timeout $Patience *> $null
        $letter = Get-PbxDeadLetter $name
        $letter.Attempts | Should -Be $Tries
        $letter.ErrorId | Should -BeLike "$Id,*"
        $letter.Error | Should -BeLike "*$Status*"
        $hook.Posts.Count | Should -Be $Tries
        if ($By -eq 'Send-PbxNotification') {
            @($hook.Posts.ForEach{ $_.Headers['webhook-id'] } | Sort-Object -Unique).Count | Should -Be 1 -Because 'each try is the same notification'
        }
    }
}

Describe $mailName -Skip:([bool]$noMail) {
    BeforeAll {
        $server = Start-MailServer "$TestDrive/exim"
        $mail = @{
            Mail = $true; Server = 'localhost'; Port = $server.Port; From = 'PBX <pbx@pbx.test>'; To = 'desk@pbx.test'
            CertificateThumbprint = $server.Thumbprint; Subject = 'Missed call from {Call.FromName}'; Text = "From {Call.From}`nto {Call.To} {Ä}"; Timeout = $Patience
        }
        $desk = [pscredential]::new('desk', (Protect-Text 'sesame'))
        $wrong = [pscredential]::new('desk', (Protect-Text 'MARK-wrong'))
    }

    AfterAll {
        Stop-MailServer $server
    }

    It 'comes with its texts, once, to all who are meant' {
        $said = $call | Send-PbxNotification @mail -Cc boss@pbx.test -Verbose 4>&1 | Out-String
        $said | Should -BeLike '*accepted it: OK id=*' -Because 'the server''s answer finds the mail in its log'
        # Each of the two gets the same one.
        $got = @(Receive-Mail $server 2)
        $got | Should -HaveCount 2
        $got[0] | Should -Be $got[1]
        $got[0] | Should -Match '(?m)^From: PBX <pbx@pbx\.test>\r?$'
        $got[0] | Should -Match '(?m)^To: desk@pbx\.test\r?$'
        $got[0] | Should -Match '(?m)^Cc: boss@pbx\.test\r?$'
        $got[0] | Should -Match '(?m)^Subject: Missed call from Ada \{Call\.To\}\r?$'
        $got[0] | Should -Match '(?m)^Auto-Submitted: auto-generated\r?$'
        $got[0] | Should -Match 'with esmtps'
        $got[0] | Should -Match '(?m)^From \+4511111111\r?\nto 1001'
    }

    It 'goes over TLS from the first byte on, and to others after a login' {
        $call | Send-PbxNotification @mail -Tls Implicit -Port $server.TlsPort -Credential $desk
        $mail1 = $mail.Clone()
        $mail1.To = 'somebody@elsewhere.test'
        $call | Send-PbxNotification @mail1 -Credential $desk
        $got = @(Receive-Mail $server 2)
        $got | Should -HaveCount 2
        $got -match 'with esmtpsa' | Should -HaveCount 2
    }

    It 'has no header, receiver or line of a hostile caller''s making' {
        foreach ($hostile in "x`r`nBcc: thief@pbx.test", "x`n.`nMAIL FROM:<a@b>", "=?utf-8?b?Pg==?=`0", '<script>alert(1)</script>', 'a" <thief@pbx.test>', "$('x' * 3000)`r`nX-Evil: 1") {
            $hostileCall = [PbxEvents.PbxCall]@{ CallId = 'c2'; From = $hostile; FromName = $hostile }
            $hostileCall | Send-PbxNotification @mail
            $got = @(Receive-Mail $server)
            $got | Should -HaveCount 1
            $headers, $rest = $got[0] -split '\r?\n\r?\n', 2
            $headers | Should -Not -Match '(?mi)^(Bcc|X-Evil)'
            [regex]::Matches($headers, '(?m)^(From|To|Subject|MIME-Version): ').Count | Should -Be 4
            $headers | Should -Match '(?m)^Content-Type: text/plain'
            $got[0] | Should -Not -Match '(?m)^MAIL FROM'
        }
    }

    It 'that is not taken says why, to what, and whether to try again: <Name>' -ForEach @(
        @{ Name = 'a wrong password'; More = @{ Credential = '$wrong' }; Id = 'CredentialRefused'; Permanent = $true; Code = '535'; Text = '*login of desk: 535 *' }
        @{ Name = 'a receiver that is not there'; More = @{ To = 'desk@pbx.test', 'nobody@pbx.test' }; Id = 'RecipientRefused'; Permanent = $true; Code = '550'; Text = '*nobody@pbx.test*550 no such mailbox*' }
        @{ Name = 'a receiver for later'; More = @{ To = 'later@pbx.test' }; Id = 'RecipientRefused'; Permanent = $false; Code = '451'; Text = '*later@pbx.test*451 come back later*' }
        @{ Name = 'no login for elsewhere'; More = @{ To = 'a@elsewhere.test' }; Id = 'RecipientRefused'; Permanent = $true; Code = '550'; Text = '*relay not permitted*' }
        @{ Name = 'a sender that may not'; More = @{ From = 'a@evil.test' }; Id = 'RequestRefused'; Permanent = $true; Code = '550'; Text = '*a@evil.test*550 not from there*' }
        @{ Name = 'another certificate'; More = @{ CertificateThumbprint = 'AB' * 32 }; Id = 'TlsFailed'; Permanent = $false; Text = '*not the pinned one (its thumbprint is $($server.Thumbprint))*' }
        @{ Name = 'STARTTLS where TLS is from the first byte on'; More = @{ Port = '$server.TlsPort'; Timeout = 2 }; Id = 'Timeout'; Permanent = $false; Text = '*within 2 s*' }
        @{ Name = 'the other way round'; More = @{ Tls = 'Implicit' }; Id = 'TlsFailed'; Permanent = $false; Text = '*does not speak TLS from the first byte*' }
        @{ Name = 'a password without TLS'; More = @{ Tls = 'None'; Credential = '$desk' }; Id = 'InvalidOption'; Permanent = $true; Text = '*without TLS*' }
        @{ Name = 'no server'; More = @{ Port = 9 }; Id = 'ConnectionRefused'; Permanent = $false; Text = '*localhost:9*' }
        @{ Name = 'no host'; More = @{ Server = 'nosuch.invalid' }; Id = 'HostNotFound'; Permanent = $false; Text = '*nosuch.invalid*' }
        @{ Name = 'no address'; More = @{ To = 'nobody' }; Id = 'InvalidOption'; Permanent = $true; Text = '*''nobody'' is not a mail address*' }
    ) {
        $options = $mail.Clone()
        foreach ($key in $More.Keys) { $options[$key] = "$($More[$key])" -like '$*' ? (& ([scriptblock]::Create($More[$key]))) : $More[$key] }
        $record = Get-ErrorRecord { $call | Send-PbxNotification @options @args }
        $record.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        "$record" | Should -BeLike $ExecutionContext.InvokeCommand.ExpandString($Text)
        $record.Exception.IsPermanent | Should -Be $Permanent
        if ($Code) { $record.Exception.Code | Should -Be $Code }
        $record.ErrorDetails.RecommendedAction | Should -Match '\S.{8,}'
        Get-Told $record | Out-String | Should -Not -BeLike '*MARK*'
        Get-ChildItem $server.Mails | Should -BeNullOrEmpty -Because 'nobody got anything'
    }

    It 'is not sent without the TLS that is asked for, and is without when that is said' {
        $plain = Start-MailServer "$TestDrive/plain" -NoTls
        try {
            $options = $mail.Clone()
            $options.Port = $plain.Port
            $record = Get-ErrorRecord { $call | Send-PbxNotification @options @args }
            $record.FullyQualifiedErrorId | Should -BeLike 'TlsNotOffered,*'
            $call | Send-PbxNotification @options -Tls None
            @(Receive-Mail $plain) | Should -HaveCount 1
        }
        finally {
            Stop-MailServer $plain
        }
    }

    It 'does not wait longer than its time for a server that says nothing, nor than Ctrl+C' {
        $silent = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $silent.Start()
        $shell = Open-Shell
        try {
            $options = $mail.Clone()
            $options.Port = $silent.LocalEndpoint.Port
            $options.Timeout = 0.5
            (Get-ErrorRecord { $call | Send-PbxNotification @options @args }).FullyQualifiedErrorId | Should -BeLike 'Timeout,*'
            $options.Timeout = 60
            $null = $shell.AddScript('param($options) Send-PbxNotification @options').AddArgument($options)
            $running = $shell.BeginInvoke()
            [System.Threading.Thread]::Sleep(500)
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
            $running.IsCompleted | Should -BeTrue
        }
        finally {
            Close-Shell $shell
            $silent.Stop()
        }
    }

    It 'is the same on each try of a durable reaction, and the vault gives its login' {
        $null = Open-PbxJournal "$TestDrive/mail.db"
        $null = Connect-Bench -Connection @{ Name = 'desk' }
        $null = Invoke-PbxSimulation Missed -Pace 0
        $null = Wait-PbxCall -Outcome Missed -Timeout $Patience
        $options = $mail.Clone()
        $options.To = 'somebody@elsewhere.test'
        $null = Register-PbxReaction mails -Outcome Missed -StartAt Oldest -RetryDelay 0:00:00.1 -InitializationScript {
            function Get-Secret { param($Name) [pscredential]::new('desk', [System.Net.NetworkCredential]::new('', 'sesame').SecurePassword) }
        } {
            $options = $using:options
            $_ | Send-PbxNotification @options -SecretName mail
            if ($Delivery.Attempt -lt 2) { throw 'Once more.' }
        }
        Wait-PbxReaction mails -UntilIdle -Timeout $Patience *> $null
        $ids = Receive-Mail $server 2 | ForEach-Object { [regex]::Match($_, '(?m)^Message-Id: (\S+)').Groups[1].Value }
        $ids | Should -HaveCount 2
        $ids[0] | Should -Be $ids[1]
        $ids[0] | Should -BeLike '<*@pbx.test>'
        Close-Bench
    }

    It 'is sent to a server whose certificate the machine trusts without a pin, and what sends it is loaded only then, apart' {
        $options = $mail.Clone()
        $options.Remove('CertificateThumbprint')
        $script = "Import-Module '$ModulePath'
            `$loaded = { [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name -match '^(MailKit|MimeKit|PbxEvents.Notify.Mail)`$' }
            `"before: `$(& `$loaded)`"
            Send-PbxNotification -Webhook -Uri http://localhost:9 x -ErrorAction Ignore -WhatIf
            `"webhook: `$(& `$loaded)`"
            Send-PbxNotification -Mail -Server localhost -Port $($server.Port) -From a@pbx.test -To desk@pbx.test -Subject x y
            `$context = [System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ 'PbxEvents parts'
            `"apart: `$((`$context.Assemblies.GetName().Name | Sort-Object) -join ' ')`"
            `"elsewhere: `$([System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies.GetName().Name -match 'MailKit|MimeKit')`""
        $before = $env:SSL_CERT_FILE
        try {
            $env:SSL_CERT_FILE = $server.Certificate
            $lines = & $Pwsh -NoProfile -NonInteractive -Command $script | Where-Object { $_ -notlike 'What if*' }
        }
        finally {
            $env:SSL_CERT_FILE = $before
        }
        $lines | Should -Be 'before: ', 'webhook: ', 'apart: MailKit MimeKit PbxEvents.Notify.Mail', 'elsewhere: '
        $null = Receive-Mail $server
    }
}
