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
        @{ Line = 'Invoke-PbxSimulation Queue'; Expected = 'QueueAbandoned' }
        @{ Line = 'Invoke-PbxSimulation Missed -Fault Half'; Expected = 'HalfOpen' }
    ) {
        Complete $Line | Should -Contain $Expected
    }

    It 'offers the subscriptions and the calls there are' {
        Complete 'Unregister-PbxSubscription -Id ' | Should -Contain "$($bench.Subscription.Id)"
        Complete 'Get-PbxCall -Call ' | Should -Be (Get-PbxCall).CallId
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

    It 'takes a bracket that was typed for what it is' {
        Complete 'Disconnect-PbxEvents [' | Should -BeNullOrEmpty
    }

    It 'has something for every parameter with a closed or discoverable set' {
        # Free text, numbers, secrets and files have none; everything else completes by its type or by a completer.
        $free = @(
            'AccessToken', 'Action', 'Application', 'BufferSize', 'CertificateThumbprint', 'ClientCredential', 'Count', 'Credential', 'Data'
            'Domain', 'Event', 'Failure', 'FaultCount', 'FaultDuration', 'FaultLink', 'First', 'From', 'FromName', 'HeartbeatInterval'
            'HeartbeatTimeout', 'HistoryLimit', 'InstanceId', 'Interval', 'Jwt', 'Last', 'MaxAge', 'MaxCalls', 'MaxEvents', 'MaxReconnectAttempts', 'MaxReplies'
            'MaxSize', 'MaxTriggerCount', 'MessageData', 'Name', 'Option', 'Pace', 'Path', 'Port', 'Proxy', 'ProxyCredential'
            'RefreshInterval', 'Seed', 'Server', 'ServiceLevel', 'Since', 'StatePath', 'Subscription', 'Tenant', 'Timeout', 'To', 'ToInstance'
            'TokenLifetime', 'TokenProvider', 'TracePath', 'Until'
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
