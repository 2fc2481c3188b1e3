BeforeAll {
    . $PSScriptRoot/Support.ps1
    $bench = Connect-Bench -Connection @{ Name = 'head office' } -Simulator @{ Name = 'lab' }
    $script:hostile = "O'Brien; `$(exit 9) [x"
    $null = Register-PbxSubscription Queue -Queue $hostile
    $null = Invoke-PbxSimulation Missed -Pace 0
    $null = Wait-PbxCall -Outcome Missed -Timeout $Patience

    function Complete {
        param([string] $Line)

        (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText
    }
}

AfterAll {
    Close-Bench
}

Describe 'Completion' {
    It 'offers <Expected> after: <Line>' -ForEach @(
        @{ Line = 'Connect-PbxEvents '; Expected = 'TelecomX' }
        @{ Line = 'Connect-PbxEvents -Provider tel'; Expected = 'TelecomX' }
        @{ Line = 'Connect-PbxEvents TelecomX -TimeZone Europe/Copen'; Expected = 'Europe/Copenhagen' }
        @{ Line = 'Register-PbxSubscription '; Expected = 'Registration' }
        @{ Line = 'Register-PbxSubscription -Topic '; Expected = 'CONFIG-NOT-IPTV' }
        @{ Line = 'Register-PbxSubscription Call -EventName CALL_H'; Expected = 'CALL_HOLD' }
        @{ Line = 'Get-PbxEvent -Name VOICE'; Expected = 'VOICEMAIL_NEW' }
        @{ Line = 'Get-PbxEvent Voi'; Expected = 'Voicemail' }
        @{ Line = 'Get-PbxEventType -Provider TelecomX QUEUE_M'; Expected = 'QUEUE_MASTER' }
        @{ Line = 'Get-PbxEventType -Topic A'; Expected = 'ADMIN:PBX' }
        @{ Line = 'Connect-PbxEvents PortSIP -Dialect '; Expected = 'V22' }
        @{ Line = 'Wait-PbxCall -Outcome Mi'; Expected = 'Missed' }
        @{ Line = 'Wait-PbxCall -Connection '; Expected = "'head office'" }
        @{ Line = 'Get-PbxConnection '; Expected = "'head office'" }
        @{ Line = 'Disconnect-PbxEvents head'; Expected = "'head office'" }
        @{ Line = "Disconnect-PbxEvents 'head"; Expected = "'head office'" }
        @{ Line = 'Send-PbxRequest CommunicatorG'; Expected = 'CommunicatorGetStatus' }
        @{ Line = 'Get-PbxCall -Extension '; Expected = '1001' }
        @{ Line = 'Get-PbxEvent -Extension 10'; Expected = '1001' }
        @{ Line = 'Wait-PbxCall -Extension "10'; Expected = '1001' }
        @{ Line = 'Watch-PbxCall -Extension '; Expected = '1001' }
        @{ Line = 'Register-PbxSubscription Call -Extension '; Expected = '1001' }
        @{ Line = 'Watch-PbxCall -Outcome Ab'; Expected = 'Abandoned' }
        @{ Line = 'Watch-PbxCall -Connection '; Expected = "'head office'" }
        @{ Line = 'Watch-PbxQueue -Connection '; Expected = "'head office'" }
        @{ Line = 'Register-EngineEvent -SourceIdentifier PbxEvents.'; Expected = 'PbxEvents.Call.Missed' }
        @{ Line = 'Register-EngineEvent PbxEvents.Conn'; Expected = 'PbxEvents.Connection.Reconnecting' }
        @{ Line = 'Wait-Event -SourceIdentifier PbxEvents.G'; Expected = 'PbxEvents.Gap' }
        @{ Line = 'Get-Event PbxEvents.Call.A'; Expected = 'PbxEvents.Call.Abandoned' }
        @{ Line = 'Get-PbxEventType -Provider Yeastar 3001'; Expected = '30011' }
        @{ Line = 'Get-PbxEventType -Provider RingCentral tele'; Expected = 'telephony/sessions' }
        @{ Line = 'Start-PbxSimulator '; Expected = 'TelecomX' }
        @{ Line = 'Stop-PbxSimulator -Simulator '; Expected = 'lab' }
        @{ Line = 'Connect-PbxEvents Yeastar -TimeZone copen'; Expected = 'Europe/Copenhagen' }
        @{ Line = 'Get-PbxEvent Connection -Name Re'; Expected = 'Reconnecting' }
        @{ Line = 'Get-PbxEvent -Since '; Expected = 'yesterday' }
        @{ Line = 'Get-PbxQueue '; Expected = "'O''Brien; `$(exit 9) [x'" }
        @{ Line = 'Get-PbxRegistration 10'; Expected = '1001' }
        @{ Line = 'Invoke-PbxSimulation Queue'; Expected = 'QueueAbandoned' }
        @{ Line = 'Invoke-PbxSimulation Missed -Fault Half'; Expected = 'HalfOpen' }
    ) {
        Complete $Line | Should -Contain $Expected
    }

    It 'offers the subscriptions and the calls there are' {
        Complete 'Unregister-PbxSubscription -Id ' | Should -Contain "$($bench.Subscription.Id)"
        Complete 'Get-PbxCall -Call ' | Should -Be (Get-PbxCall).CallId
    }

    It 'offers names only of the category and the topic that the line has' {
        Complete 'Get-PbxEvent Queue -Name ' | Should -Contain 'QUEUE_ENTERED'
        Complete 'Get-PbxEvent Queue -Name ' | Should -Not -Contain 'CALL_START'
        Complete 'Register-PbxSubscription Voicemail -EventName ' | Should -Be (Get-PbxEventType -Category Voicemail).Name
        Complete 'Register-PbxSubscription -Topic REGISTER -EventName ' | Should -Be (Get-PbxEventType -Topic REGISTER).Name
    }

    It 'offers the numbers that were seen' {
        $call = Get-PbxCall
        Complete 'Get-PbxCall -From ' | Should -Be $call.From
        Complete 'Wait-PbxEvent -To ' | Should -Be $call.To
        (TabExpansion2 'Get-PbxCall -From ' 18).CompletionMatches[0].ToolTip | Should -BeLike '*Missed*'
    }

    It 'offers dialects to the platform that has them, and no other' {
        Complete 'Connect-PbxEvents TelecomX -Dialect ' | Should -BeNullOrEmpty
        Complete 'Connect-PbxEvents -Dialect ' | Should -Contain 'V16'
    }

    It 'offers no files where none is meant' {
        Push-Location $TestDrive
        $null = New-Item -ItemType File -Path '1-no-number.txt'
        $files = 'FilePath', 'StatePath', 'TracePath', 'Path', 'LogPath', 'Folder', 'HolidayPath', 'TokenPath'
        # Objects and secrets are no texts: they are typed as variables.
        $objects = 'AccessToken', 'Action', 'ClientCredential', 'Credential', 'Data', 'DeadLetter', 'Event', 'Failure', 'InitializationScript', 'InputObject', 'Jwt', 'Lookup', 'Option', 'ProxyCredential', 'ScriptBlock', 'Subscription', 'TokenProvider'
        $wrong = foreach ($command in Get-Command -Module PbxEvents) {
            foreach ($name in $command.Parameters.Keys | Where-Object { -not $command.Parameters[$_].SwitchParameter -and $_ -notin [System.Management.Automation.Cmdlet]::CommonParameters + $files + $objects }) {
                if ((Complete "$($command.Name) -$name 1-no") -match 'number\.txt') { "$($command.Name) -$name" }
            }
        }
        Pop-Location
        $wrong | Should -BeNullOrEmpty
    }

    It 'has no notes to ourselves in what it says' {
        foreach ($type in Get-PbxEventType -Provider *) {
            "$($type.Description) $($type.Note)" | Should -Not -Match 'undocumented|inferred|seed|How sure|\[[A-Z]\]' -Because $type.Name
        }
    }

    It 'quotes what could be code, for <Line>' -ForEach @(
        @{ Line = 'Watch-PbxQueue ' }
        @{ Line = 'Watch-PbxQueue ''O''''Br' }
        @{ Line = 'Get-PbxCall -Queue "O' }
        @{ Line = 'Get-PbxEvent -Queue ' }
        @{ Line = 'Register-PbxSubscription Queue -Queue ' }
    ) {
        $offered = @(Complete $Line).Where({ $_ -like '*Brien*' })
        $offered | Should -Be "'O''Brien; `$(exit 9) [x'"

        # As PowerShell reads it, it is one text and nothing else.
        $errors = $null
        $ast = [System.Management.Automation.Language.Parser]::ParseInput("X $offered", [ref]$null, [ref]$errors)
        $errors | Should -BeNullOrEmpty
        $words = $ast.EndBlock.Statements[0].PipelineElements[0].CommandElements
        $words | Should -HaveCount 2
        $words[1] | Should -BeOfType System.Management.Automation.Language.StringConstantExpressionAst
        $words[1].Value | Should -Be $hostile
    }

    It 'knows extensions and queues by name that no event has named yet' {
        $tip = { param($Line) (TabExpansion2 $Line $Line.Length).CompletionMatches.ToolTip }
        Wait-Until { (& $tip 'Get-PbxCall -Extension 1003') -eq '1003 Employee 1003' } 'the names of extensions'
        Wait-Until { (& $tip 'Get-PbxCall -Queue 40') -eq '4020 Queue 4020' } 'the names of queues'
        & $tip 'Get-PbxCall -Extension 1001' | Should -BeLike '1001 Employee 1001. Last call:*'
    }

    It 'takes a bracket that was typed for what it is' {
        Complete 'Disconnect-PbxEvents [' | Should -BeNullOrEmpty
    }

    It 'has something for every parameter with a closed or discoverable set' {
        # Free text, numbers, secrets and files have none; everything else completes by its type or by a completer.
        $free = @(
            'AccessToken', 'Action', 'Address', 'Application', 'BufferSize', 'CallHistorySize', 'Cc', 'CertificateThumbprint', 'ClientCredential', 'Count', 'Credential', 'Data', 'Database'
            'Domain', 'Event', 'Failure', 'Folder', 'FaultCount', 'FaultDuration', 'FaultLink', 'First', 'From', 'FromName', 'HeartbeatInterval'
            'DeadLetter', 'FilePath', 'HeartbeatTimeout', 'HistoryLimit', 'HolidayPath', 'InitializationScript', 'InputObject', 'InstanceId', 'Interval', 'Jwt', 'Last', 'LogPath', 'Lookup', 'User'
            'MaxAge', 'MaxCalls', 'MaxEvents', 'MaxReconnectAttempts', 'MaxReplies', 'MaxSize', 'MaxTriggerCount', 'MessageData', 'Name', 'Option', 'Pace'
            'Path', 'Port', 'Proxy', 'ProxyCredential', 'RetryDelay', 'ScriptBlock'
            'RefreshInterval', 'SecretName', 'Seed', 'Server', 'ServiceLevel', 'SigningSecret', 'Since', 'StatePath', 'Subject', 'Subscription', 'Tenant', 'Text', 'Timeout', 'To', 'ToInstance'
            'TokenLifetime', 'TokenPath', 'TokenProvider', 'TracePath', 'Until', 'Uri'
        )
        foreach ($command in Get-Command -Module PbxEvents) {
            foreach ($parameter in $command.Parameters.Values) {
                $type = $parameter.ParameterType.IsArray ? $parameter.ParameterType.GetElementType() : $parameter.ParameterType
                if ($parameter.Name -in [System.Management.Automation.Cmdlet]::CommonParameters + 'WhatIf' + 'Confirm') { continue }
                if ($parameter.Name -in $free -or $type.IsEnum -or $type -in [switch], [bool]) { continue }
                $completes = $parameter.Attributes.Where({ $_ -is [ArgumentCompleter] -or $_ -is [ValidateSet] })
                $completes | Should -Not -BeNullOrEmpty -Because "$($command.Name) -$($parameter.Name) should complete"
            }
        }
    }

    It 'says a line about each' {
        $match = (TabExpansion2 'Get-PbxEvent -Name CALL_RIN' 27).CompletionMatches[0]
        $match.ToolTip | Should -BeLike '*alerting*'
    }
}
