import 'vant/es/style/base.css'
import 'vant/es/overlay/index.css'
import 'vant/es/popup/index.css'
import '../chat/styles/tokens.css'
import '../staff/staff.css'
import './workers.css'

import { createApp } from 'vue'

import App from './App.vue'
import { keepPage } from './offline/installing'
import { router } from './router'

createApp(App).use(router).mount('#app')
void keepPage()
